// The feed over HTTP, to the ANS's API or to its simulator.
import type { BalAPublier, Porteur } from '../domain/feed-operation.js';
import type { Compter } from '../domain/usage-interface.js';
import { decodeCredential } from '../net/dispatcher.js';
import {
  type Asked,
  describePorteur,
  faultAnswer,
  invalidAnswer,
  isJsonType,
  jsonOf,
} from './answers.js';
import { asWritten, namedAdresses } from './as-written.js';
import { type ApiCaller, type Replied, type TakeTurn, createApiCaller } from './api-caller.js';
import { carrierTypeOf } from './carrier.js';
import { CarrierLocator } from './carrier-locator.js';
import { CarrierSearch, type SearchAnswer } from './carrier-search.js';
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
import { deletionsMissed } from './missed-deletions.js';
import { basicOf, createTokenSource } from './oauth2-token.js';
import { type PatchTarget, isAnother } from './patch-target.js';
import { buildParameters } from './payload.js';
import { compterOperations, voirAvec } from './usage.js';
import { type Redactor, createSecretKeeper } from './redactor.js';

export type FeedClientSeams = {
  now(): Date;
  readonly takeTurn?: TakeTurn | undefined;
  /** Counts the requests, and the operations that they were for. */
  readonly compter?: Compter | undefined;
};

const systemSeams: FeedClientSeams = { now: () => new Date() };

/** Throws UsageError for a certificate or a proxy that cannot be used. */
export function createFeedClient(
  settings: FeedClientSettings,
  seams: FeedClientSeams = systemSeams,
): FeedClient {
  const sender = createHttpSender(settings, seams.compter && voirAvec(settings, seams.compter));
  const secrets = createSecretKeeper(secretsOf(settings));
  const now = (): Date => seams.now();
  const tokens =
    settings.oauth2 &&
    createTokenSource(settings.oauth2, { sender, secrets, totalMs: settings.totalMs, now });
  const caller = createApiCaller(settings, sender, tokens, secrets.redact, seams.takeTurn);
  const search = new CarrierSearch(caller, settings, now);
  const locator = new CarrierLocator(search, settings);
  const { redact } = secrets;
  const { compter } = seams;
  return new FhirFeedClient({ settings, sender, caller, search, locator, redact, now, compter });
}

function secretsOf({ cleApi, oauth2, proxy, clientCertificate }: FeedClientSettings): string[] {
  const proxyUrl = proxy !== undefined && URL.canParse(proxy) ? new URL(proxy) : undefined;
  return [
    cleApi,
    oauth2?.clientSecret,
    oauth2?.clientSecret === undefined
      ? undefined
      : basicOf(oauth2.clientId, oauth2.clientSecret).slice('Basic '.length),
    proxyUrl && decodeCredential(proxyUrl.password),
    clientCertificate?.passphrase,
  ].filter((secret) => secret !== undefined);
}

type Parts = {
  readonly settings: FeedClientSettings;
  readonly sender: HttpSender;
  readonly caller: ApiCaller;
  readonly search: CarrierSearch;
  readonly locator: CarrierLocator;
  readonly redact: Redactor;
  readonly compter: Compter | undefined;
  now(): Date;
};

class FhirFeedClient implements FeedClient {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async patch(request: FeedRequest, signal?: AbortSignal): Promise<PatchAnswer> {
    const { settings, redact, compter } = this.#parts;
    const refusal = findRefusal(request);
    if (refusal !== undefined) return refusedHere(refusal);
    const answer = await withDeadline(settings.totalMs, signal, (own) => this.#patch(request, own));
    if (compter) compterOperations(request, answer, settings, compter);
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
    const target = await this.#parts.locator.locate(request, signal);
    if ('kind' in target) return target;
    const { answer, emails } = await this.#send(request, target, signal);
    // The ids that we remember may be what is wrong.
    if (answer.kind === 'rejected' && isAboutCarrier(answer)) this.#parts.search.forget();
    const renamed =
      answer.kind === 'rejected' && answer.cause === 'unprocessable'
        ? asWritten(request, await this.#emailsOf(request, signal))
        : deletionsMissed(request, emails);
    if (!renamed) return answer;
    return (await this.#send({ ...request, operations: renamed }, target, signal)).answer;
  }

  /** As the carrier writes the BAL that `request` names; none when that cannot be read: the refusal then stands. */
  async #emailsOf(request: FeedRequest, signal: AbortSignal): Promise<readonly string[]> {
    const emails: string[] = [];
    for (const adresse of namedAdresses(request)) {
      const found = await this.#carriersOf(adresse, request.porteur, signal);
      if (found.kind === 'resources') emails.push(...found.resources.flatMap((one) => one.emails));
    }
    return emails;
  }

  async #send(
    { porteur, operations }: FeedRequest,
    target: PatchTarget,
    signal: AbortSignal,
  ): Promise<{ answer: PatchAnswer; emails: readonly string[] }> {
    const { settings, caller } = this.#parts;
    const body = JSON.stringify(buildParameters(operations, target.type, settings.dialecte));
    const replied = await caller.call({ method: 'PATCH', url: target.url, body }, signal);
    if (replied.kind !== 'replied') return { answer: replied, emails: [] };
    const patched = this.#readPatched(replied, porteur, target);
    if ('kind' in patched) return { answer: patched, emails: [] };
    const { bals, emails } = patched;
    return { answer: { kind: 'accepted', exchange: replied.exchange, bals }, emails };
  }

  #readPatched(
    { reply, exchange, redact }: Replied,
    porteur: Porteur,
    target: PatchTarget,
  ): Resource | Rejected | Unavailable {
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
    return resource;
  }

  async #read(adresse: string, porteur: Porteur, signal: AbortSignal): Promise<ReadAnswer> {
    return readAnswerOf(await this.#carriersOf(adresse, porteur, signal));
  }

  /** The resources of this porteur that carry the BAL, as far as the read side shows them. */
  async #carriersOf(adresse: string, porteur: Porteur, signal: AbortSignal): Promise<SearchAnswer> {
    const { search, locator } = this.#parts;
    if (porteur.kind === 'a-rechercher') return locator.unnamedCarriersOf(adresse, signal);
    const found = await search.carriersOf(carrierTypeOf(porteur), adresse, signal);
    if (found.kind !== 'resources') return found;
    const his = await search.ofPorteur(found.resources, porteur, signal);
    return his.kind === 'resources' ? { ...found, resources: his.resources } : his;
  }
}

function isAboutCarrier({ cause }: Rejected): boolean {
  return cause === 'not-found' || cause === 'ambiguous';
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
