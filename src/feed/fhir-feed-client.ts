// The feed over HTTP, to the ANS's API or to its simulator.
import {
  type BalAPublier,
  type Porteur,
  type PorteurSituation,
  adresseDe,
} from '../domain/feed-operation.js';
import type { TypeBal } from '../domain/bal-operateur.js';
import {
  type Asked,
  describePorteur,
  faultAnswer,
  invalidAnswer,
  isJsonType,
  jsonOf,
} from './answers.js';
import { type ApiCaller, type Replied, createApiCaller } from './api-caller.js';
import { carrierTypeOf, carrierTypesFor, isCarrierType } from './carrier.js';
import {
  CarrierSearch,
  type SearchAnswer,
  ambiguous,
  carries,
  notFound,
} from './carrier-search.js';
import { withDeadline } from './deadline.js';
import type {
  FeedClient,
  FeedRequest,
  PatchAnswer,
  ReadAnswer,
  Rejected,
  Unavailable,
} from './feed-client.js';
import type { FeedClientSettings } from './feed-settings.js';
import { type Resource, parseResource } from './fhir-resource.js';
import { type HttpSender, nothingExchanged } from './http-call.js';
import { createHttpSender } from './http-sender.js';
import { findRefusal } from './last-check.js';
import { basicOf, createTokenSource } from './oauth2-token.js';
import {
  type PatchTarget,
  conditionalTarget,
  isAnother,
  situationTarget,
  targetById,
} from './patch-target.js';
import { buildParameters } from './payload.js';
import { type Redactor, createSecretKeeper } from './redactor.js';

export type FeedClientSeams = { now(): Date };

const systemSeams: FeedClientSeams = { now: () => new Date() };

/** Throws UsageError for a certificate or a proxy that cannot be used. */
export function createFeedClient(
  settings: FeedClientSettings,
  seams: FeedClientSeams = systemSeams,
): FeedClient {
  const sender = createHttpSender(settings);
  const secrets = createSecretKeeper(secretsOf(settings));
  const now = (): Date => seams.now();
  const tokens =
    settings.oauth2 &&
    createTokenSource(settings.oauth2, { sender, secrets, totalMs: settings.totalMs, now });
  const caller = createApiCaller(settings, sender, tokens, secrets.redact);
  const search = new CarrierSearch(caller, settings, now);
  return new FhirFeedClient({ settings, sender, caller, search, redact: secrets.redact, now });
}

function secretsOf({ cleApi, oauth2, proxy, clientCertificate }: FeedClientSettings): string[] {
  const proxyUrl = proxy !== undefined && URL.canParse(proxy) ? new URL(proxy) : undefined;
  return [
    cleApi,
    oauth2?.clientSecret,
    oauth2?.clientSecret === undefined
      ? undefined
      : basicOf(oauth2.clientId, oauth2.clientSecret).slice('Basic '.length),
    proxyUrl && decodeURIComponent(proxyUrl.password),
    clientCertificate?.passphrase,
  ].filter((secret) => secret !== undefined);
}

type Parts = {
  readonly settings: FeedClientSettings;
  readonly sender: HttpSender;
  readonly caller: ApiCaller;
  readonly search: CarrierSearch;
  readonly redact: Redactor;
  now(): Date;
};

class FhirFeedClient implements FeedClient {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async patch(request: FeedRequest, signal?: AbortSignal): Promise<PatchAnswer> {
    const { settings, redact } = this.#parts;
    const refusal = findRefusal(request);
    if (refusal !== undefined) return refusedHere(refusal);
    const answer = await withDeadline(settings.totalMs, signal, (own) => this.#patch(request, own));
    return withoutSecrets(answer, redact);
  }

  async read(adresse: string, porteur: Porteur, signal?: AbortSignal): Promise<ReadAnswer> {
    const { settings, redact } = this.#parts;
    const answer = await withDeadline(settings.totalMs, signal, (own) =>
      this.#read(adresse, porteur, own),
    );
    return withoutSecrets(answer, redact);
  }

  /** The open read API hides the liste rouge; nobody has seen what the feed's own will show. */
  canShow(bal: BalAPublier): boolean {
    return !bal.listeRouge;
  }

  async close(): Promise<void> {
    await this.#parts.sender.close();
  }

  async #patch(request: FeedRequest, signal: AbortSignal): Promise<PatchAnswer> {
    const { settings, caller, search } = this.#parts;
    const target = await this.#locate(request, signal);
    if ('kind' in target) return target;
    const parameters = buildParameters(request.operations, target.type, settings.dialecte);
    const body = JSON.stringify(parameters);
    const replied = await caller.call({ method: 'PATCH', url: target.url, body }, signal);
    if (replied.kind !== 'replied') return replied;
    const answer = this.#readPatched(replied, request.porteur, target);
    // The ids that we remember may be what is wrong.
    if (answer.kind === 'rejected') search.forget();
    return answer;
  }

  #readPatched(
    { reply, exchange, redact }: Replied,
    porteur: Porteur,
    target: PatchTarget,
  ): PatchAnswer {
    const asked: Asked = {
      isWrite: true,
      porteur: describePorteur(porteur),
      exchange,
      now: this.#parts.now(),
      redact,
    };
    const fault = faultAnswer(reply, asked);
    if (fault) return fault;
    if (reply.kind !== 'answer' || !isJsonType(reply.header('content-type'))) {
      return invalidAnswer(asked, "ce n'est pas du FHIR en JSON");
    }
    const resource = parseResource(jsonOf(reply));
    if (!resource) return invalidAnswer(asked, "ce n'est pas une ressource FHIR");
    if (isAnother(resource, target, porteur)) {
      return invalidAnswer(asked, `ce n'est pas la fiche attendue pour ${asked.porteur}`);
    }
    return { kind: 'accepted', exchange, bals: resource.bals };
  }

  async #locate(
    request: FeedRequest,
    signal: AbortSignal,
  ): Promise<PatchTarget | Rejected | Unavailable> {
    const { porteur } = request;
    const known = conditionalTarget(porteur, this.#parts.settings);
    if (known) return known;
    return porteur.kind === 'situation'
      ? this.#locateSituation(request, porteur, signal)
      : this.#locateByAdresse(request, signal);
  }

  /** A holder without RPPS is named by nothing but the BAL that he carries, and that is to be deleted. */
  async #locateByAdresse(
    { porteur, operations: [operation] }: FeedRequest,
    signal: AbortSignal,
  ): Promise<PatchTarget | Rejected | Unavailable> {
    const typeBal = operation.kind === 'delete' ? operation.typeBal : operation.bal.typeBal;
    const found = await this.#carriersOf(adresseDe(operation), typeBal, signal);
    if (found.kind !== 'resources') return found;
    const { exchange, resources } = found;
    if (resources.length > 1) return ambiguous(porteur, resources.length, exchange);
    const [only] = resources;
    return only?.id !== undefined && isCarrierType(only.resourceType)
      ? targetById(only.resourceType, only.id, this.#parts.settings)
      : notFound(porteur, exchange);
  }

  async #locateSituation(
    { operations }: FeedRequest,
    porteur: PorteurSituation,
    signal: AbortSignal,
  ): Promise<PatchTarget | Rejected | Unavailable> {
    const { settings, search } = this.#parts;
    const found = await search.situationsOf(porteur, signal);
    if (found.kind !== 'resources') return found;
    const candidates = narrow(found.resources, operations);
    const [only, ...others] = candidates;
    if (!only) return notFound(porteur, found.exchange);
    if (others.length > 0) return ambiguous(porteur, candidates.length, found.exchange);
    return situationTarget(only, settings) ?? notFound(porteur, found.exchange);
  }

  async #read(adresse: string, porteur: Porteur, signal: AbortSignal): Promise<ReadAnswer> {
    const { search } = this.#parts;
    if (porteur.kind === 'a-rechercher') {
      return readAnswerOf(await this.#carriersOf(adresse, undefined, signal));
    }
    const found = await search.carriersOf(carrierTypeOf(porteur), adresse, signal);
    if (found.kind !== 'resources') return found;
    const his = await search.ofPorteur(found.resources, porteur, signal);
    if (his.kind !== 'resources') return his;
    return readAnswerOf({ ...found, resources: his.resources });
  }

  /** Whoever carries this BAL, of this type as far as the type is known on both sides. */
  async #carriersOf(
    adresse: string,
    typeBal: TypeBal | undefined,
    signal: AbortSignal,
  ): Promise<SearchAnswer> {
    const resources: Resource[] = [];
    let exchange = nothingExchanged;
    for (const type of carrierTypesFor(typeBal)) {
      const found = await this.#parts.search.carriersOf(type, adresse, signal);
      if (found.kind !== 'resources') return found;
      ({ exchange } = found);
      resources.push(...found.resources.filter(({ bals }) => hasBal(bals, adresse, typeBal)));
    }
    return { kind: 'resources', exchange, resources };
  }
}

function hasBal(bals: Resource['bals'], adresse: string, typeBal: TypeBal | undefined): boolean {
  return bals.some(
    (bal) =>
      bal.adresse === adresse.toLowerCase() &&
      (typeBal === undefined || bal.typeBal === undefined || bal.typeBal === typeBal),
  );
}

/** One professional may have several situations in one structure: what exists is changed where it is. */
function narrow(
  resources: readonly Resource[],
  operations: FeedRequest['operations'],
): readonly Resource[] {
  if (resources.length < 2) return resources;
  const existing = operations.flatMap((operation) => {
    return operation.kind === 'insert' ? [] : [adresseDe(operation)];
  });
  if (existing.length === 0) return resources;
  const carriers = resources.filter((resource) =>
    existing.every((adresse) => carries(resource, adresse)),
  );
  return carriers.length === 1 ? carriers : resources;
}

function readAnswerOf(found: SearchAnswer): ReadAnswer {
  if (found.kind !== 'resources') return found;
  const { exchange, resources } = found;
  if (resources.length === 0) return { kind: 'absent', exchange };
  return { kind: 'found', exchange, bals: resources.flatMap(({ bals }) => bals) };
}

export function refusedHere(message: string): Rejected {
  return { kind: 'rejected', exchange: nothingExchanged, cause: 'refused-here', message };
}

/** A message may hold what the server said, and the server what we sent. */
function withoutSecrets<T extends PatchAnswer | ReadAnswer>(answer: T, redact: Redactor): T {
  return 'message' in answer ? { ...answer, message: redact(answer.message) } : answer;
}
