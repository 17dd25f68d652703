// The Annuaire behind the border of the feed, in memory: it carries operations out, and misbehaves on demand.
import {
  adresseDe,
  cleDuPorteur,
  type BalAPublier,
  type BalLue,
  type FeedOperation,
  type Porteur,
} from '../../src/domain/feed-operation.js';
import type {
  Exchange,
  FeedClient,
  FeedRequest,
  PatchAnswer,
  ReadAnswer,
  Rejected,
  Unavailable,
} from '../../src/feed/feed-client.js';

/** What happens to the next request instead of an answer; undefined: it is answered. */
export type Faute = (request: FeedRequest) => PatchAnswer | undefined;

export class AnnuaireDEssai implements FeedClient {
  readonly bals = new Map<string, Map<string, BalLue>>();
  /** « + adresse », « = adresse », « - adresse » and « ? adresse », in the order received; « | » between requests. */
  readonly journal: string[] = [];
  /** Effective inserts of each address. */
  readonly inserts = new Map<string, number>();
  readonly seen: FeedRequest[] = [];
  /** Asked in turn, once each. */
  readonly fautes: (Faute | undefined)[] = [];
  /** Asked for every request that `fautes` let through. */
  toujours: Faute | undefined;
  lectures: ReadAnswer[] = [];
  inFlight = 0;
  inFlightMax = 0;
  readonly #porteursInFlight = new Set<string>();
  /** Porteurs that two requests were in flight for at once. */
  readonly collisions: string[] = [];

  async patch(request: FeedRequest): Promise<PatchAnswer> {
    const cle = cleDuPorteur(request.porteur);
    if (this.#porteursInFlight.has(cle)) this.collisions.push(cle);
    this.#porteursInFlight.add(cle);
    this.inFlightMax = Math.max(this.inFlightMax, (this.inFlight += 1));
    try {
      await new Promise((resolve) => setImmediate(resolve));
      return this.#answer(request);
    } finally {
      this.inFlight -= 1;
      this.#porteursInFlight.delete(cle);
    }
  }

  #answer(request: FeedRequest): PatchAnswer {
    this.seen.push(request);
    this.journal.push(request.operations.map(signe).join(' '));
    const faute = this.fautes.length > 0 ? this.fautes.shift() : this.toujours;
    return faute?.(request) ?? this.carryOut(request);
  }

  /** As the draft describes it: in order, all or nothing. */
  carryOut(request: FeedRequest): PatchAnswer {
    const cle = cleDuPorteur(request.porteur);
    const carried = new Map(this.bals.get(cle));
    const inserted: string[] = [];
    for (const operation of request.operations) {
      const adresse = adresseDe(operation);
      const isThere = carried.has(adresse);
      if (operation.kind === 'insert') {
        if (isThere) return refus('unprocessable', 422);
        carried.set(adresse, lue(operation.bal));
        inserted.push(adresse);
      } else if (operation.kind === 'replace') {
        if (!isThere) return refus('not-found', 404);
        carried.set(adresse, lue(operation.bal));
      } else {
        if (!isThere) return refus('not-found', 404);
        carried.delete(adresse);
      }
    }
    this.bals.set(cle, carried);
    for (const adresse of inserted) this.inserts.set(adresse, (this.inserts.get(adresse) ?? 0) + 1);
    return { kind: 'accepted', exchange: echange(200, request), bals: [...carried.values()] };
  }

  read(adresse: string, porteur: Porteur): Promise<ReadAnswer> {
    this.journal.push(`? ${adresse}`);
    const scripted = this.lectures.shift();
    if (scripted) return Promise.resolve(scripted);
    const bals = [...(this.bals.get(cleDuPorteur(porteur))?.values() ?? [])].filter(
      (bal) => bal.listeRouge !== true,
    );
    const exchange = { request: `GET ${adresse}`, status: 200, response: '{}' };
    return Promise.resolve(
      bals.some((bal) => bal.adresse === adresse)
        ? { kind: 'found', exchange, bals }
        : { kind: 'absent', exchange },
    );
  }

  canShow(bal: BalAPublier): boolean {
    return !bal.listeRouge;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function signe(operation: FeedOperation): string {
  return `${{ insert: '+', replace: '=', delete: '-' }[operation.kind]} ${adresseDe(operation)}`;
}

export function lue(bal: BalAPublier): BalLue {
  const decrite = bal.typeBal === 'PER' ? undefined : bal;
  return {
    adresse: bal.adresse,
    typeBal: bal.typeBal,
    listeRouge: bal.listeRouge,
    rang: bal.rang,
    description: decrite?.description,
    responsable: decrite?.responsable,
    service: bal.typeBal === 'ORG' || bal.typeBal === 'APP' ? bal.service : undefined,
  };
}

function echange(status: number | undefined, request?: FeedRequest): Exchange {
  return {
    request:
      request &&
      `PATCH ${cleDuPorteur(request.porteur)} ${request.operations.map(signe).join(' ')}`,
    status,
    response: status === undefined ? undefined : '{}',
  };
}

export function refus(cause: Rejected['cause'], status: number): Rejected {
  return { kind: 'rejected', cause, exchange: echange(status), message: `Refusé (${status}).` };
}

export function panne(
  cause: Unavailable['cause'],
  isOutcomeUnknown = true,
  retryAfterMs?: number,
): Unavailable {
  return {
    kind: 'unavailable',
    cause,
    isOutcomeUnknown,
    retryAfterMs,
    exchange: echange(cause === 'throttled' ? 429 : cause === 'gateway' ? 503 : undefined),
    message: `Pas de réponse utilisable (${cause}).`,
  };
}
