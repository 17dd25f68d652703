// The operations of the draft (swagger « API FHIR MSS »): one URL and method at a time.
import type { IncomingMessage } from 'node:http';
import type { Effect } from './carried-bal.js';
import { findByCondition, findById, type FoundPorteur } from './target.js';
import { readOperations } from './operations.js';
import { readResource, search } from './search.js';
import {
  notFound,
  isRefusal,
  malformed,
  methodNotAllowed,
  tooLarge,
  unsupportedType,
  type Refusal,
} from './refusal.js';
import { fhirAnswer, toAnswer, type Answer } from './answer.js';
import { writeWhole } from './resource.js';
import type { Simulator } from './simulator.js';
import { isResourceType, type ResourceType } from './systems.js';

export type ApiOptions = {
  readonly bodyBytesMax: number;
  readonly now: () => Date;
  /** Says done, does nothing. */
  readonly isLie: boolean;
};

export async function answerApi(
  request: IncomingMessage,
  url: URL,
  simulator: Simulator,
  options: ApiOptions,
): Promise<Answer> {
  const route = readRoute(url.pathname);
  if (!route) return toAnswer(notFound(url.pathname.slice(0, 200)));
  if (request.method === 'GET') {
    const found = await read(route, url, originOf(request), simulator);
    return isRefusal(found) ? toAnswer(found) : fhirAnswer(found);
  }
  if (request.method === 'PATCH' && route.resourceType) {
    return patch(request, route.resourceType, route.id, url, simulator, options);
  }
  return toAnswer(methodNotAllowed(route.resourceType ? 'GET, PATCH' : 'GET'));
}

type Route = { readonly resourceType: ResourceType | undefined; readonly id: string | undefined };

/** `/`, `/Practitioner`, `/Practitioner/<id>`. */
function readRoute(pathname: string): Route | undefined {
  if (pathname === '/') return { resourceType: undefined, id: undefined };
  const [, name = '', id, ...rest] = pathname.split('/');
  if (!isResourceType(name) || rest.length > 0 || id === '') return undefined;
  return { resourceType: name, id };
}

/** Of the links: the client's own way to us. */
function originOf({ headers, socket }: IncomingMessage): string {
  const { host } = headers;
  return host !== undefined && /^[\w.:[\]-]{1,255}$/u.test(host)
    ? `http://${host}`
    : `http://${socket.localAddress ?? '127.0.0.1'}:${socket.localPort ?? 0}`;
}

async function read(
  { resourceType, id }: Route,
  url: URL,
  base: string,
  simulator: Simulator,
): Promise<object | Refusal> {
  if (!resourceType || id === undefined) {
    return search(resourceType, url.searchParams, base, simulator);
  }
  const found = await findById(resourceType, id, simulator.lookups);
  return isRefusal(found) ? found : readResource(found.key, simulator);
}

async function patch(
  request: IncomingMessage,
  resourceType: ResourceType,
  id: string | undefined,
  url: URL,
  simulator: Simulator,
  options: ApiOptions,
): Promise<Answer> {
  if (!isFhirJson(request.headers['content-type'])) return toAnswer(unsupportedType());
  const body = await readBody(request, options.bodyBytesMax);
  if ('kind' in body) return toAnswer(body);
  const operations = readOperations(body.json, resourceType);
  if ('kind' in operations) return toAnswer(operations);
  const found =
    id === undefined
      ? await findByCondition(resourceType, url.searchParams, simulator.lookups)
      : await findById(resourceType, id, simulator.lookups);
  if (isRefusal(found)) return toAnswer(found);
  // From here on nothing waits: no other request comes between what is read and what is written.
  const outcome = simulator.patch(found, operations, options.now(), options.isLie);
  if (outcome.kind === 'refusal') return toAnswer(outcome);
  const effects = options.isLie ? [] : outcome.effects.map(tellEffect);
  return fhirAnswer(toResource(found, outcome.bals, simulator), effects);
}

function toResource(
  { key }: FoundPorteur,
  bals: Parameters<typeof writeWhole>[1],
  { state, lookups }: Simulator,
): object {
  return writeWhole(key, bals, lookups, state.changedAt(key));
}

function tellEffect(effect: Effect): string {
  return `${effect.k} ${effect.k === 'insert' ? effect.bal.adresse : effect.a}`;
}

function isFhirJson(type: string | undefined): boolean {
  return /^application\/fhir\+json\s*(;\s*charset="?utf-8"?\s*)?$/iu.test(type ?? '');
}

async function readBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<{ readonly json: unknown } | Refusal> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > bytesMax) {
        // The rest is thrown away unread, so that the answer can still be heard.
        request.resume();
        return tooLarge(bytesMax);
      }
      chunks.push(chunk);
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return { json: JSON.parse(text) as unknown };
  } catch {
    return malformed('Corps : JSON en UTF-8 attendu');
  }
}
