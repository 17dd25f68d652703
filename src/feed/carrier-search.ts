// Reads of the API: pages of a search, the resource that is a porteur, the one resource that a PATCH is to name.
import {
  type Porteur,
  type PorteurNomme,
  type PorteurSituation,
  cleDuPorteur,
} from '../domain/feed-operation.js';
import {
  type CarrierType,
  type Identified,
  carrierTypeOf,
  compareWith,
  endsOf,
  identifierOf,
} from './carrier.js';
import { describePorteur, faultAnswer, invalidAnswer, isJsonType, jsonOf } from './answers.js';
import type { ApiCaller, Replied } from './api-caller.js';
import { identifierSearchUrl, mailboxSearchUrl, situationSearchUrl } from './api-urls.js';
import type { Exchange, Rejected, Unavailable } from './feed-client.js';
import type { FeedClientSettings } from './feed-settings.js';
import {
  type Reference,
  type Resource,
  type SearchPage,
  parseSearchPage,
} from './fhir-resource.js';
import { nothingExchanged } from './http-call.js';
import { type ShortMemory, createShortMemory } from './short-memory.js';

export type Found = {
  readonly kind: 'resources';
  /** Of the last page read. */
  readonly exchange: Exchange;
  readonly resources: readonly Resource[];
};

export type SearchAnswer = Found | Rejected | Unavailable;

/** A porteur has few carriers: more pages than this is a search that went wrong. */
const pagesMax = 10;

const idsKeptMax = 10_000;
/** Long enough for a run over one porteur's BAL, too short for an id that the ANS changes. */
const idsKeptMs = 5 * 60 * 1_000;

export class CarrierSearch {
  readonly #caller: ApiCaller;
  readonly #settings: Pick<FeedClientSettings, 'lectureUrl' | 'dialecte'>;
  readonly #now: () => Date;
  /** Logical ids of professionals and structures. */
  readonly #ids: ShortMemory<readonly string[]>;

  constructor(
    caller: ApiCaller,
    settings: Pick<FeedClientSettings, 'lectureUrl' | 'dialecte'>,
    now: () => Date,
  ) {
    this.#caller = caller;
    this.#settings = settings;
    this.#now = now;
    this.#ids = createShortMemory({ entriesMax: idsKeptMax, lifeMs: idsKeptMs, now });
  }

  /** Living resources of this type that carry the BAL, by its exact address. */
  async carriersOf(type: CarrierType, adresse: string, signal: AbortSignal): Promise<SearchAnswer> {
    const url = mailboxSearchUrl(this.#settings.lectureUrl, type, adresse);
    const answer = await this.#search(type, url, signal);
    if (answer.kind !== 'resources') return answer;
    const resources = answer.resources.filter((resource) => carries(resource, adresse));
    return { ...answer, resources };
  }

  /** Those of `resources` that are this porteur. */
  async ofPorteur(
    resources: readonly Resource[],
    porteur: PorteurNomme,
    signal: AbortSignal,
  ): Promise<SearchAnswer> {
    const kept: Resource[] = [];
    for (const resource of resources) {
      const isHis =
        porteur.kind === 'situation'
          ? await this.#isSituation(resource, porteur, signal)
          : compareWith(resource.identifiers, porteur) === 'same';
      if (typeof isHis !== 'boolean') return isHis;
      if (isHis) kept.push(resource);
    }
    return { kind: 'resources', exchange: nothingExchanged, resources: kept };
  }

  /** The situations of this professional in this structure: three reads, the first two remembered for a while. */
  async situationsOf(porteur: PorteurSituation, signal: AbortSignal): Promise<SearchAnswer> {
    const ids: string[] = [];
    for (const end of endsOf(porteur)) {
      const found = await this.#idsOf(end, signal);
      if ('kind' in found) return found;
      const [id, ...others] = found;
      if (id === undefined) return notFound(end);
      if (others.length > 0) return ambiguous(end, found.length);
      ids.push(id);
    }
    const [practitionerId = '', organizationId = ''] = ids;
    const url = situationSearchUrl(this.#settings.lectureUrl, practitionerId, organizationId);
    const answer = await this.#search('PractitionerRole', url, signal);
    if (answer.kind !== 'resources') return answer;
    // A server that does not know a parameter ignores it (R4, « search »): what comes back is looked at.
    const resources = answer.resources.filter(
      ({ practitioner, organization }) =>
        practitioner?.id === practitionerId && organization?.id === organizationId,
    );
    return { ...answer, resources };
  }

  /** What was learned may be wrong: the ANS has just said so. */
  forget(): void {
    this.#ids.clear();
  }

  async #isSituation(
    { practitioner, organization }: Resource,
    porteur: PorteurSituation,
    signal: AbortSignal,
  ): Promise<boolean | Rejected | Unavailable> {
    const [professionnel, structure] = endsOf(porteur);
    const isHis = await this.#refersTo(practitioner, professionnel, signal);
    return isHis === true ? this.#refersTo(organization, structure, signal) : isHis;
  }

  /** By its identifier where the reference has one, else by the logical id of what it points to. */
  async #refersTo(
    reference: Reference | undefined,
    end: Identified,
    signal: AbortSignal,
  ): Promise<boolean | Rejected | Unavailable> {
    const compared = compareWith(reference?.identifiers ?? [], end);
    if (compared !== 'unknown') return compared === 'same';
    if (reference?.id === undefined) return false;
    const ids = await this.#idsOf(end, signal);
    return 'kind' in ids ? ids : ids.includes(reference.id);
  }

  async #idsOf(
    end: Identified,
    signal: AbortSignal,
  ): Promise<readonly string[] | Rejected | Unavailable> {
    const key = cleDuPorteur(end);
    const known = this.#ids.get(key);
    if (known) return known;
    const { dialecte, lectureUrl } = this.#settings;
    const type = carrierTypeOf(end);
    const url = identifierSearchUrl(lectureUrl, type, identifierOf(end, dialecte));
    const answer = await this.#search(type, url, signal);
    if (answer.kind !== 'resources') return answer;
    const ids = answer.resources
      .filter(({ identifiers }) => compareWith(identifiers, end) === 'same')
      .flatMap(({ id }) => (id === undefined ? [] : [id]));
    // An absence is not remembered: it may end at any moment.
    if (ids.length > 0) this.#ids.set(key, ids);
    return ids;
  }

  async #search(type: CarrierType, start: URL, signal: AbortSignal): Promise<SearchAnswer> {
    const resources: Resource[] = [];
    let url = start;
    for (let pages = 1; ; pages += 1) {
      const answer = await this.#page(url, signal);
      if (answer.kind !== 'page') return answer;
      const { page, exchange, invalid } = answer;
      resources.push(
        ...page.resources.filter((found) => found.resourceType === type && found.isActive),
      );
      if (page.next === undefined) return { kind: 'resources', exchange, resources };
      if (pages >= pagesMax) return invalid(`la recherche a plus de ${pagesMax} pages`);
      // The key goes with the request: never to another place than the one of the settings.
      if (!URL.canParse(page.next, url) || new URL(page.next, url).origin !== start.origin) {
        return invalid("la page suivante de la recherche n'est pas sur le même serveur");
      }
      url = new URL(page.next, url);
    }
  }

  async #page(
    url: URL,
    signal: AbortSignal,
  ): Promise<
    | {
        kind: 'page';
        page: SearchPage;
        exchange: Exchange;
        invalid: (what: string) => Unavailable;
      }
    | Rejected
    | Unavailable
  > {
    const replied = await this.#caller.call({ method: 'GET', url, body: undefined }, signal);
    if (replied.kind !== 'replied') return replied;
    const asked = {
      isWrite: false,
      porteur: 'cette recherche',
      exchange: replied.exchange,
      now: this.#now(),
      redact: replied.redact,
    };
    const fault = faultAnswer(replied.reply, asked);
    if (fault) return fault;
    const page = pageOf(replied);
    const invalid = (what: string): Unavailable => invalidAnswer(asked, what);
    if (!page) return invalid("ce n'est pas une page de résultats FHIR (Bundle)");
    return { kind: 'page', page, exchange: replied.exchange, invalid };
  }
}

function pageOf({ reply }: Replied): SearchPage | undefined {
  if (reply.kind !== 'answer' || !isJsonType(reply.header('content-type'))) return undefined;
  return parseSearchPage(jsonOf(reply));
}

export function carries({ bals }: Resource, adresse: string): boolean {
  return bals.some((bal) => bal.adresse === adresse.toLowerCase());
}

export function notFound(porteur: Porteur, exchange: Exchange = nothingExchanged): Rejected {
  return {
    kind: 'rejected',
    exchange,
    cause: 'not-found',
    message: `L'API de lecture ne montre pas ${describePorteur(porteur)} : rien n'a été modifié. Vérifiez l'identifiant, ou attendez que l'ANS l'enregistre.`,
  };
}

export function ambiguous(
  porteur: Porteur,
  count: number,
  exchange: Exchange = nothingExchanged,
): Rejected {
  return {
    kind: 'rejected',
    exchange,
    cause: 'ambiguous',
    message: `${count} fiches de l'ANS correspondent à ${describePorteur(porteur)} : rien n'a été modifié, le choix vous revient. Signalez-le à l'ANS.`,
  };
}
