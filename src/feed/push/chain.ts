// Which operations go together: chains of one porteur, sent one request after the other.
import { adresseDe } from '../../domain/feed-operation.js';
import type { Candidate } from '../../store/feed-candidates.js';
import type { ClaimedOperation } from '../../store/feed-outbox.js';

/** Operations that are sent as one request. */
export type Unit = readonly [ClaimedOperation, ...ClaimedOperation[]];

/**
 * Of each porteur, the operations that may be sent in order: the chain ends before the first that has to wait. The two
 * halves of a change of type go together or stay together.
 */
export function chooseChains(
  candidates: readonly Candidate[],
  isFree: (id: number) => boolean,
  operationsMax: number,
): number[] {
  const chosen = new Set<number>();
  const ended = new Set<string>();
  const byBal = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const cle = cleDeBal(candidate);
    byBal.set(cle, [...(byBal.get(cle) ?? []), candidate]);
  }
  for (const candidate of [...candidates].sort((x, y) => x.id - y.id)) {
    if (chosen.size >= operationsMax) break;
    if (ended.has(candidate.porteurCle) || candidate.isHeldBack || chosen.has(candidate.id)) {
      continue;
    }
    const together = isHalf(candidate)
      ? (byBal.get(cleDeBal(candidate)) ?? []).filter(isHalf)
      : [candidate];
    if (together.every((one) => one.isDue && !one.isHeldBack && isFree(one.id))) {
      for (const one of together) chosen.add(one.id);
    } else {
      ended.add(candidate.porteurCle);
    }
  }
  return [...chosen];
}

function cleDeBal(candidate: Candidate): string {
  return `${candidate.porteurCle} ${candidate.adresse}`;
}

function isHalf({ kind }: { readonly kind: Candidate['kind'] }): boolean {
  return kind !== 'replace';
}

/** Claimed operations, porteur by porteur, in their order. */
export function chainsOf(operations: readonly ClaimedOperation[]): ClaimedOperation[][] {
  const chains = new Map<string, ClaimedOperation[]>();
  for (const operation of operations) {
    const chain = chains.get(operation.porteurCle);
    if (chain) chain.push(operation);
    else chains.set(operation.porteurCle, [operation]);
  }
  return [...chains.values()];
}

/**
 * The requests of one chain: `balsMax` BAL in each at most; a delete and an insert of one BAL always together, the
 * delete first; an operation whose outcome is unknown alone with its other half, because it may be read back.
 */
export function unitsOf(chain: readonly ClaimedOperation[], balsMax: number): Unit[] {
  const units: {
    operations: [ClaimedOperation, ...ClaimedOperation[]];
    bals: number;
    isAlone: boolean;
  }[] = [];
  for (const piece of piecesOf(chain)) {
    const isAlone = piece.some(isToBeReadBack);
    const last = units.at(-1);
    if (last && !last.isAlone && !isAlone && last.bals < balsMax) {
      last.operations.push(...piece);
      last.bals += 1;
    } else {
      units.push({ operations: [...piece], bals: 1, isAlone });
    }
  }
  return units.map(({ operations }) => operations);
}

/** The same, never two BAL in one request: after one of them was refused. */
export function piecesOf(chain: readonly ClaimedOperation[]): Unit[] {
  const pieces = new Map<string, [ClaimedOperation, ...ClaimedOperation[]]>();
  for (const claimed of chain) {
    const { operation } = claimed;
    const cle = isHalf(operation)
      ? `${adresseDe(operation)} 1`
      : `${adresseDe(operation)} ${claimed.id} 2`;
    const piece = pieces.get(cle);
    if (piece) piece.push(claimed);
    else pieces.set(cle, [claimed]);
  }
  return [...pieces.values()].map(deleteFirst);
}

function deleteFirst(piece: Unit): Unit {
  const [first, second] = piece;
  return second?.operation.kind === 'delete' && first.operation.kind === 'insert'
    ? [second, first]
    : piece;
}

/** Whether sending it again without a look could do harm, or prove nothing. */
export function isToBeReadBack({ isOutcomeUnknown, lastCode }: ClaimedOperation): boolean {
  return isOutcomeUnknown || lastCode === 'REPONSE_CONTREDITE';
}
