// The simulator of the feed API as tests use it: on a real database, over a real socket.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Pool } from '../../src/db/pool.js';
import { silentProgress } from '../../src/progress.js';
import type { DialectName } from '../../src/simulator/dialect.js';
import { parseFaults, noFault } from '../../src/simulator/faults.js';
import { createPages } from '../../src/simulator/pages.js';
import { writePublication, namePublication } from '../../src/simulator/publication.js';
import { SimulatorServer, type ServedRequest } from '../../src/simulator/server.js';
import { Simulator } from '../../src/simulator/simulator.js';
import { tempFolder } from './extraction-files.js';

export const apiKey = 'cle-de-test';
export const metadataUrl =
  'https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata';

export type TestSimulatorOptions = {
  readonly dataDir?: string;
  readonly dialect?: DialectName;
  readonly hasInventaire?: boolean;
  readonly journalBytesMax?: number;
  readonly isReset?: boolean;
  readonly faults?: string;
  readonly isFaultByHeader?: boolean;
  readonly callsPerSecond?: number;
  readonly bodyBytesMax?: number;
  readonly now?: () => Date;
};

export type Received = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Json;
};

/** What a test reads of an answer; a key that is not there gives undefined. */
export type Json = Readonly<Record<string, unknown>>;

const allOpened = new Set<TestSimulator>();

export class TestSimulator {
  readonly simulator: Simulator;
  readonly server: SimulatorServer;
  readonly url: string;
  readonly dataDir: string;
  readonly requests: ServedRequest[];

  private constructor(
    simulator: Simulator,
    server: SimulatorServer,
    url: string,
    dataDir: string,
    requests: ServedRequest[],
  ) {
    this.simulator = simulator;
    this.server = server;
    this.url = url;
    this.dataDir = dataDir;
    this.requests = requests;
  }

  static async open(pool: Pool, options: TestSimulatorOptions = {}): Promise<TestSimulator> {
    const dataDir = options.dataDir ?? tempFolder();
    const now = options.now ?? (() => new Date('2026-07-20T10:00:30Z'));
    const simulator = await Simulator.open(
      pool,
      {
        dataDir,
        dialect: options.dialect ?? 'tolerant',
        hasInventaire: options.hasInventaire ?? true,
        journalBytesMax: options.journalBytesMax ?? 1_000_000,
      },
      { isReset: options.isReset ?? false, isReadOnly: false },
      silentProgress,
    );
    const faults = parseFaults(options.faults ?? '');
    const requests: ServedRequest[] = [];
    const server: SimulatorServer = new SimulatorServer(simulator, {
      host: '127.0.0.1',
      port: 0,
      apiKey,
      callsPerSecond: options.callsPerSecond ?? 0,
      faults: typeof faults === 'string' ? noFault : faults,
      isFaultByHeader: options.isFaultByHeader ?? false,
      randomSeed: 1,
      bodyBytesMax: options.bodyBytesMax ?? 1_000_000,
      connectionsMax: 100,
      silenceMs: 60_000,
      now,
      onRequest: (served) => requests.push(served),
      pages: createPages(simulator, {
        apiKey,
        counts: () => server.counts,
        publish: async (open) => {
          const publication = namePublication(simulator, dataDir, now());
          const { signal } = new AbortController();
          await writePublication(pool, simulator, publication, open(publication.name), signal);
        },
      }),
    });
    const url = await server.start();
    const opened = new TestSimulator(simulator, server, url, dataDir, requests);
    allOpened.add(opened);
    return opened;
  }

  async close(): Promise<void> {
    allOpened.delete(this);
    await this.server.stop();
    this.simulator.close();
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Received> {
    return this.send('GET', path, undefined, headers);
  }

  patch(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Received> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.send('PATCH', path, text, headers);
  }

  async send(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Received> {
    const response = await fetch(path.startsWith('http') ? path : this.url + path, {
      method,
      redirect: 'manual',
      headers: {
        'esante-api-key': apiKey,
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: toJson(text) };
  }
}

// A test that failed halfway left its own open, and the process would wait for it.
after(async () => {
  for (const opened of [...allOpened]) await opened.close();
});

function toJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

/** A body of the published draft: `patch-examples/<name>.json`. */
export function example(name: string): unknown {
  const path = join('test/fixtures/feed-api/patch-examples', `${name}.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as unknown;
}

export type Attributes = {
  readonly type?: string;
  readonly listeRouge?: boolean;
  readonly rank?: number;
  readonly description?: string;
  readonly service?: string;
  readonly responsible?: string;
};

/** A ContactPoint in the form of the draft's examples. */
export function contactPoint(adresse: string, attributes: Attributes = {}): object {
  const { type = 'PER', listeRouge = false, rank, ...texts } = attributes;
  const system =
    'https://mos.esante.gouv.fr/NOS/TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie';
  return {
    system: 'email',
    value: adresse,
    ...(rank !== undefined && { rank }),
    extension: [
      {
        url: metadataUrl,
        extension: [
          { url: 'type', valueCodeableConcept: { coding: [{ system, code: type }] } },
          { url: 'listeRouge', valueBoolean: listeRouge },
          ...Object.entries(texts).map(([url, valueString]) => ({ url, valueString })),
        ],
      },
    ],
  };
}

export type Part = { readonly name: string } & Readonly<Record<string, unknown>>;

export function parameters(...operations: readonly (readonly Part[])[]): object {
  return {
    resourceType: 'Parameters',
    parameter: operations.map((part) => ({ name: 'operation', part })),
  };
}

export function insertion(resourceType: string, value: object, index = 0): Part[] {
  return [
    { name: 'type', valueCode: 'insert' },
    { name: 'path', valueString: `${resourceType}.telecom` },
    { name: 'index', valueInteger: index },
    { name: 'value', valueContactPoint: value },
  ];
}

export function deletion(resourceType: string, adresse: string): Part[] {
  return [
    { name: 'type', valueCode: 'delete' },
    { name: 'path', valueString: pathOf(resourceType, adresse) },
  ];
}

/** `tail`: what follows the BAL in the path; `value`: its value[x]. */
export function replacement(
  resourceType: string,
  adresse: string,
  next: string,
  value: Readonly<Record<string, unknown>>,
): Part[] {
  return [
    { name: 'type', valueCode: 'replace' },
    { name: 'path', valueString: pathOf(resourceType, adresse) + next },
    { name: 'value', ...value },
  ];
}

export function pathOf(resourceType: string, adresse: string): string {
  const readString = adresse.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `${resourceType}.telecom.where(value = '${readString}')`;
}

export function attributePath(attribute: string): string {
  return `.extension('${metadataUrl}').extension('${attribute}').value`;
}

/** Addresses of a resource, in order. */
export function adressesOf(json: Json): string[] {
  const telecom = json['telecom'] as readonly { value: string }[] | undefined;
  return (telecom ?? []).map(({ value }) => value);
}
