// The feed that sends nothing: it tells, request by request, exactly what the real one would send.
import {
  type BalAPublier,
  type BalLue,
  type FeedOperation,
  type Porteur,
  type PorteurSituation,
  adresseDe,
} from '../domain/feed-operation.js';
import type { Exchange, FeedClient, FeedRequest, PatchAnswer, ReadAnswer } from './feed-client.js';
import { apiHeaders } from './api-caller.js';
import { identifierSearchUrl, mailboxSearchUrl, situationSearchUrl } from './api-urls.js';
import {
  type CarrierType,
  carrierTypeOf,
  carrierTypesFor,
  endsOf,
  identifierOf,
} from './carrier.js';
import type { FeedClientSettings } from './feed-settings.js';
import { rppsSystem } from './fhir-names.js';
import { refusedHere } from './fhir-feed-client.js';
import type { HttpCall } from './http-call.js';
import { findRefusal } from './last-check.js';
import {
  type PatchTarget,
  conditionalTarget,
  situationTarget,
  targetById,
} from './patch-target.js';
import { buildParameters } from './payload.js';

export type DryRunSettings = Pick<
  FeedClientSettings,
  'url' | 'lectureUrl' | 'dialecte' | 'cleApi' | 'oauth2'
>;

/** `record` is given each request that would leave, in order, its secrets masked. */
export function createDryRunClient(
  settings: DryRunSettings,
  record: (call: HttpCall) => void,
): FeedClient {
  const callOf = (method: 'GET' | 'PATCH', url: URL, body?: string): HttpCall => {
    const asked = { method, url, body };
    return { ...asked, headers: maskedHeaders(asked, settings) };
  };
  return {
    patch: (request) => Promise.resolve(patchOf(request, settings, callOf, record)),
    read: (adresse, porteur) => {
      const calls = readUrls(adresse, porteur, settings).map((url) => callOf('GET', url));
      for (const call of calls) record(call);
      return Promise.resolve({ kind: 'absent', exchange: exchangeOf(calls) } satisfies ReadAnswer);
    },
    canShow: (bal: BalAPublier) => !bal.listeRouge,
    close: () => Promise.resolve(),
  };
}

/** As on the wire: request line and headers, a blank line, the body indented. */
export function renderCall({ method, url, headers, body }: HttpCall): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${url.href}`, ...lines].join('\n');
  if (body === undefined) return `${head}\n`;
  return `${head}\n\n${JSON.stringify(JSON.parse(body), undefined, 2)}\n`;
}

const mask = '***';

function maskedHeaders(
  asked: Pick<HttpCall, 'method' | 'url' | 'body'>,
  { cleApi, oauth2 }: DryRunSettings,
): Record<string, string> {
  return apiHeaders(
    asked,
    cleApi === undefined ? undefined : mask,
    oauth2 === undefined ? undefined : mask,
  );
}

type MakeCall = (method: 'GET' | 'PATCH', url: URL, body?: string) => HttpCall;

function patchOf(
  request: FeedRequest,
  settings: DryRunSettings,
  callOf: MakeCall,
  record: (call: HttpCall) => void,
): PatchAnswer {
  const refusal = findRefusal(request);
  if (refusal !== undefined) return refusedHere(refusal);
  const { target, reads } = plannedTarget(request, settings);
  const parameters = buildParameters(request.operations, target.type, settings.dialecte);
  const patch = callOf('PATCH', target.url, JSON.stringify(parameters));
  const calls = [...reads.map((url) => callOf('GET', url)), patch];
  for (const call of calls) record(call);
  return {
    kind: 'accepted',
    exchange: exchangeOf(calls),
    bals: request.operations.flatMap(balAfter),
  };
}

/** What stands for an id that only a read can tell. */
const unknownId = 'IDENTIFIANT-LU';

/**
 * Of a BAL to be looked for, the first type that may carry it is shown: the reads before it, which a dry run does not
 * make, would tell.
 */
function plannedTarget(
  { porteur, operations: [operation] }: FeedRequest,
  settings: DryRunSettings,
): { readonly target: PatchTarget; readonly reads: readonly URL[] } {
  const known = conditionalTarget(porteur, settings);
  if (known) return { target: known, reads: [] };
  if (porteur.kind === 'situation') {
    const identifiers = [{ system: rppsSystem, value: unknownId }];
    return {
      target:
        situationTarget({ id: unknownId, identifiers }, settings) ??
        targetById('PractitionerRole', unknownId, settings),
      reads: situationReads(porteur, settings),
    };
  }
  const types = carrierTypesFor(operation.kind === 'delete' ? operation.typeBal : undefined);
  const [type = 'Practitioner'] = types;
  return {
    target: targetById(type, unknownId, settings),
    reads: types.map((name) => mailboxSearchUrl(settings.lectureUrl, name, adresseDe(operation))),
  };
}

function situationReads(
  porteur: PorteurSituation,
  { lectureUrl, dialecte }: DryRunSettings,
): readonly URL[] {
  const ends = endsOf(porteur).map((end) =>
    identifierSearchUrl(lectureUrl, carrierTypeOf(end), identifierOf(end, dialecte)),
  );
  return [...ends, situationSearchUrl(lectureUrl, unknownId, unknownId)];
}

function readUrls(
  adresse: string,
  porteur: Porteur,
  { lectureUrl }: DryRunSettings,
): readonly URL[] {
  const types: readonly CarrierType[] =
    porteur.kind === 'a-rechercher' ? carrierTypesFor(undefined) : [carrierTypeOf(porteur)];
  return types.map((type) => mailboxSearchUrl(lectureUrl, type, adresse));
}

function exchangeOf(calls: readonly HttpCall[]): Exchange {
  const request = calls.map(renderCall).join('\n');
  return { request, status: undefined, response: undefined };
}

/** What the ANS would hold of it. */
function balAfter(operation: FeedOperation): BalLue[] {
  if (operation.kind === 'delete') return [];
  const { bal } = operation;
  return [
    {
      adresse: bal.adresse,
      typeBal: bal.typeBal,
      listeRouge: bal.listeRouge,
      rang: bal.rang,
      description: 'description' in bal ? bal.description : undefined,
      service: 'service' in bal ? bal.service : undefined,
      responsable: 'responsable' in bal ? bal.responsable : undefined,
    },
  ];
}
