// The feed under test: a real server that records what it is asked, settings, and invented BAL.
import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { TlsOptions } from 'node:tls';
import type {
  BalAPublier,
  FeedOperation,
  Porteur,
  PorteurProfessionnel,
  PorteurSituation,
  PorteurStructure,
} from '../../src/domain/feed-operation.js';
import { porteurDe } from '../../src/domain/feed-operation.js';
import { parseIdNatStruct, parseRpps } from '../../src/domain/identifiers.js';
import { dialects } from '../../src/feed/dialect.js';
import type { FeedClient, FeedRequest } from '../../src/feed/feed-client.js';
import type { FeedClientSettings } from '../../src/feed/feed-settings.js';
import { createFeedClient } from '../../src/feed/fhir-feed-client.js';
import { metadataUrl } from '../../src/feed/fhir-names.js';

export type SeenCall = {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type FeedStep = (call: SeenCall, response: ServerResponse) => void;

export type FeedServer = {
  readonly url: URL;
  readonly seen: readonly SeenCall[];
  /** `GET /Practitioner?…` in the order received. */
  summary(): string[];
};

/** A real server on port 0; the whole request is read before `step` answers it. */
export async function feedServer(
  t: TestContext,
  step: FeedStep,
  tls?: TlsOptions,
): Promise<FeedServer> {
  const seen: SeenCall[] = [];
  const onRequest: Parameters<typeof createServer>[1] = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const body = Buffer.concat(chunks).toString();
      const call = { method, target: url, headers, body };
      seen.push(call);
      step(call, response);
    });
    request.on('error', () => undefined);
  };
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`),
    seen,
    summary: () => seen.map(({ method, target }) => `${method} ${decodeURIComponent(target)}`),
  };
}

export const apiKey = 'cle-api-4f1d2c3b';

export function feedSettings(url: URL, more: Partial<FeedClientSettings> = {}): FeedClientSettings {
  return {
    url,
    lectureUrl: url,
    cleApi: apiKey,
    dialecte: dialects['draft-2026-06'],
    ca: [],
    clientCertificate: undefined,
    oauth2: undefined,
    proxy: undefined,
    connectMs: 5_000,
    answerMs: 10_000,
    totalMs: 20_000,
    answerBytesMax: 64 * 1024,
    connectionsMax: 4,
    ...more,
  };
}

export const feedNow = new Date('2026-11-23T10:00:00Z');

export function feedClient(
  t: TestContext,
  url: URL,
  more: Partial<FeedClientSettings> = {},
  now: () => Date = () => feedNow,
): FeedClient {
  const client = createFeedClient(feedSettings(url, more), { now });
  t.after(() => client.close());
  return client;
}

function rppsOf(text: string): PorteurProfessionnel['rpps'] {
  return parseRpps(text) ?? assert.fail(text);
}

function structureOf(text: string): PorteurStructure['structure'] {
  return parseIdNatStruct(text) ?? assert.fail(text);
}

export const professionnel: PorteurProfessionnel = {
  kind: 'professionnel',
  rpps: rppsOf('10003461033'),
};
export const structure: PorteurStructure = {
  kind: 'structure',
  structure: structureOf('1540002698'),
};
export const structureSiret: PorteurStructure = {
  kind: 'structure',
  structure: structureOf('312345678900012'),
};
export const structureRang: PorteurStructure = {
  kind: 'structure',
  structure: structureOf('4F75456786011'),
};
export const situation: PorteurSituation = {
  kind: 'situation',
  rpps: professionnel.rpps,
  structure: structure.structure,
};

export const adressePer = 'prenom.nom@domain.mssante.fr';
export const adresseOrg = 'structure@domain.mssante.fr';

type Per = Extract<BalAPublier, { typeBal: 'PER' }>;
type Cab = Extract<BalAPublier, { typeBal: 'CAB' }>;
type Org = Extract<BalAPublier, { typeBal: 'ORG' | 'APP' }>;

export function balPer(more: Partial<Per> = {}): Per {
  return {
    typeBal: 'PER',
    porteur: professionnel,
    adresse: adressePer,
    listeRouge: false,
    rang: 1,
    ...more,
  };
}

export function balCab(more: Partial<Cab> = {}): Cab {
  return {
    typeBal: 'CAB',
    porteur: professionnel,
    adresse: adressePer,
    listeRouge: false,
    rang: 1,
    description: undefined,
    responsable: undefined,
    ...more,
  };
}

export function balOrg(more: Partial<Org> = {}): Org {
  return {
    typeBal: 'ORG',
    porteur: structure,
    adresse: adresseOrg,
    listeRouge: false,
    rang: 1,
    description: 'BAL principale de la structure',
    service: undefined,
    responsable: undefined,
    ...more,
  };
}

/** Of the porteur of the first operation. */
export function requestOf(first: FeedOperation, ...others: FeedOperation[]): FeedRequest {
  return { porteur: porteurDe(first), operations: [first, ...others] };
}

export function deletionOf(
  porteur: Porteur,
  adresse: string,
  typeBal?: BalAPublier['typeBal'],
): FeedOperation {
  return { kind: 'delete', adresse, typeBal, porteur };
}

export const insertPer: FeedRequest = requestOf({ kind: 'insert', bal: balPer() });

export type FhirExample = Readonly<Record<string, unknown>>;

/** A Practitioner, as the API would answer. */
export function practitioner(more: FhirExample = {}): FhirExample {
  return {
    resourceType: 'Practitioner',
    id: '334081',
    identifier: [
      { system: 'urn:oid:1.2.250.1.71.4.2.1', value: `8${professionnel.rpps}` },
      { system: 'https://rpps.esante.gouv.fr', value: professionnel.rpps },
    ],
    telecom: [telecom(adressePer, 'PER')],
    ...more,
  };
}

export function organization(more: FhirExample = {}): FhirExample {
  return {
    resourceType: 'Organization',
    id: 'org-1',
    identifier: [
      { system: 'urn:oid:1.2.250.1.71.4.2.2', value: structure.structure },
      { system: 'https://finess.esante.gouv.fr', value: structure.structure.slice(1) },
    ],
    telecom: [telecom(adresseOrg, 'ORG')],
    ...more,
  };
}

export function practitionerRole(more: FhirExample = {}): FhirExample {
  return {
    resourceType: 'PractitionerRole',
    id: '5015602',
    identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '1001500032' }],
    practitioner: { reference: 'Practitioner/334081' },
    organization: { reference: 'Organization/org-1' },
    telecom: [telecom(adressePer, 'PER')],
    ...more,
  };
}

export function telecom(adresse: string, type: string, more: FhirExample = {}): FhirExample {
  return {
    system: 'email',
    value: adresse,
    extension: [
      {
        url: metadataUrl,
        extension: [
          { url: 'type', valueCodeableConcept: { coding: [{ code: type }] } },
          { url: 'listeRouge', valueBoolean: false },
        ],
      },
    ],
    ...more,
  };
}

export function bundle(resources: readonly FhirExample[], next?: string): FhirExample {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: resources.length,
    link: next === undefined ? [] : [{ relation: 'next', url: next }],
    entry: resources.map((resource) => ({ resource })),
  };
}

export function outcome(text: string, more: FhirExample = {}): FhirExample {
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'processing', details: { text }, ...more }],
  };
}

/** Answers JSON. */
export function fhir(
  status: number,
  body: FhirExample,
  headers: Readonly<Record<string, string>> = {},
): FeedStep {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Answers bytes as they are. */
export function raw(
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): FeedStep {
  return (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}
