// Finds the one resource that a PATCH is to change; nothing is changed when it is not one.
import { type PorteurSituation, adresseDe } from '../domain/feed-operation.js';
import type { TypeBal } from '../domain/bal-operateur.js';
import { canBeNamed, carrierTypesFor, isCarrierType } from './carrier.js';
import {
  type CarrierSearch,
  type SearchAnswer,
  ambiguous,
  carries,
  notFound,
} from './carrier-search.js';
import type { Exchange, FeedRequest, Rejected, Unavailable } from './feed-client.js';
import type { FeedClientSettings } from './feed-settings.js';
import type { Resource } from './fhir-resource.js';
import { nothingExchanged } from './http-call.js';
import {
  type PatchTarget,
  conditionalTarget,
  situationTarget,
  targetById,
} from './patch-target.js';

export class CarrierLocator {
  readonly #search: CarrierSearch;
  readonly #settings: FeedClientSettings;

  constructor(search: CarrierSearch, settings: FeedClientSettings) {
    this.#search = search;
    this.#settings = settings;
  }

  /** Where a PATCH of this porteur goes; reads first when only a read can tell. */
  async locate(
    request: FeedRequest,
    signal: AbortSignal,
  ): Promise<PatchTarget | Rejected | Unavailable> {
    const { porteur } = request;
    const known = conditionalTarget(porteur, this.#settings);
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
    const found = await this.carriersOf(adresseDe(operation), typeBal, signal);
    if (found.kind !== 'resources') return found;
    const { exchange } = found;
    const resources = found.resources.filter((resource) => !canBeNamed(resource));
    if (resources.length > 1) return ambiguous(porteur, resources.length, exchange);
    const [only] = resources;
    if (only?.id !== undefined && isCarrierType(only.resourceType)) {
      return targetById(only.resourceType, only.id, this.#settings);
    }
    return !only && found.resources.length > 0
      ? onlyOthers(adresseDe(operation), found.resources.length, exchange)
      : notFound(porteur, exchange);
  }

  /** What carries this BAL and could not be named otherwise. */
  async unnamedCarriersOf(adresse: string, signal: AbortSignal): Promise<SearchAnswer> {
    const found = await this.carriersOf(adresse, undefined, signal);
    if (found.kind !== 'resources') return found;
    return { ...found, resources: found.resources.filter((resource) => !canBeNamed(resource)) };
  }

  async #locateSituation(
    { operations }: FeedRequest,
    porteur: PorteurSituation,
    signal: AbortSignal,
  ): Promise<PatchTarget | Rejected | Unavailable> {
    const found = await this.#search.situationsOf(porteur, signal);
    if (found.kind !== 'resources') return found;
    const candidates = narrow(found.resources, operations);
    const [only, ...others] = candidates;
    if (!only) return notFound(porteur, found.exchange);
    if (others.length > 0) return ambiguous(porteur, candidates.length, found.exchange);
    return situationTarget(only, this.#settings) ?? notFound(porteur, found.exchange);
  }

  /** Whoever carries this BAL, of this type as far as the type is known on both sides. */
  async carriersOf(
    adresse: string,
    typeBal: TypeBal | undefined,
    signal: AbortSignal,
  ): Promise<SearchAnswer> {
    const resources: Resource[] = [];
    let exchange = nothingExchanged;
    for (const type of carrierTypesFor(typeBal)) {
      const found = await this.#search.carriersOf(type, adresse, signal);
      if (found.kind !== 'resources') return found;
      ({ exchange } = found);
      resources.push(...found.resources.filter(({ bals }) => hasBal(bals, adresse, typeBal)));
    }
    return { kind: 'resources', exchange, resources };
  }
}

/** The read side may hide the carrier that is meant: the one that it shows is somebody else's. */
function onlyOthers(adresse: string, count: number, exchange: Exchange): Rejected {
  return {
    kind: 'rejected',
    exchange,
    cause: 'ambiguous',
    message:
      `L'API de lecture ne montre ${adresse} que sur ${count} fiche(s) dont le porteur a un identifiant (RPPS ou ` +
      `structure) : ce n'est pas celle à supprimer, qui n'en a pas. Rien n'a été modifié. Demandez à l'ANS de retirer ` +
      `la BAL du porteur sans identifiant, ou renoncez à l'opération si elle ne s'y trouve plus.`,
  };
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
