// Whether what the ANS's side shows is what we asked for.
import type { BalAPublier, BalLue, ChampBal, FeedOperation } from '../../domain/feed-operation.js';
import { champsBal } from '../../domain/feed-operation.js';

export type Evidence =
  | { readonly kind: 'as-asked' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'different'; readonly champs: readonly ChampBal[] };

/**
 * Of an insert or a replace. What the answer does not show contradicts nothing, but for what a replace was to change (`champs`)
 * and every profile shows.
 */
export function judgeBal(
  bals: readonly BalLue[],
  bal: BalAPublier,
  champs: readonly ChampBal[] = [],
): Evidence {
  const lue = findBal(bals, bal.adresse);
  if (!lue) return { kind: 'missing' };
  const different = champsBal.filter((champ) => isContradicted(lue, bal, champ, champs));
  return different.length === 0 ? { kind: 'as-asked' } : { kind: 'different', champs: different };
}

/** Of a delete: `missing` is what was asked for. */
export function judgeOperation(bals: readonly BalLue[], operation: FeedOperation): Evidence {
  if (operation.kind !== 'delete') {
    return judgeBal(bals, operation.bal, operation.kind === 'replace' ? operation.champs : []);
  }
  return findBal(bals, operation.adresse)
    ? { kind: 'different', champs: [] }
    : { kind: 'as-asked' };
}

export function findBal(bals: readonly BalLue[], adresse: string): BalLue | undefined {
  return bals.find((lue) => lue.adresse.toLowerCase() === adresse);
}

function isContradicted(
  lue: BalLue,
  bal: BalAPublier,
  champ: ChampBal,
  champs: readonly ChampBal[],
): boolean {
  const wanted = valueOf(bal, champ);
  const shown = normalized(lue[champ]);
  if (shown === undefined) {
    return wanted !== undefined && champs.includes(champ) && alwaysShown.has(champ);
  }
  // A rank may be given by the Annuaire itself: its presence matters only when we asked to take it away.
  if (wanted === undefined) return champ === 'rang' ? champs.includes('rang') : true;
  return shown !== wanted;
}

/** The open profiles hide `responsible`, and the liste rouge on a Practitioner (IGA, as-dp-practitioner, as-dp-organization). */
const alwaysShown: ReadonlySet<ChampBal> = new Set(['rang', 'description', 'service']);

function valueOf(bal: BalAPublier, champ: ChampBal): string | number | boolean | undefined {
  switch (champ) {
    case 'typeBal':
      return bal.typeBal;
    case 'listeRouge':
      return bal.listeRouge;
    case 'rang':
      return bal.rang;
    case 'description':
      return bal.typeBal === 'PER' ? undefined : normalized(bal.description);
    case 'responsable':
      return bal.typeBal === 'PER' ? undefined : normalized(bal.responsable);
    case 'service':
      return bal.typeBal === 'ORG' || bal.typeBal === 'APP' ? normalized(bal.service) : undefined;
  }
}

/** Spaces are not a difference, and an empty text is none. */
function normalized<T extends string | number | boolean>(
  value: T | undefined,
): T | string | undefined {
  if (typeof value !== 'string') return value;
  const text = value.trim().replace(/\s+/g, ' ').normalize('NFC');
  return text === '' ? undefined : text;
}

/** What a replace that publishes the whole of a BAL says about it. */
export function champsDe(bal: BalAPublier): ChampBal[] {
  switch (bal.typeBal) {
    case 'PER':
      return ['listeRouge', 'rang'];
    case 'CAB':
      return ['listeRouge', 'rang', 'description', 'responsable'];
    case 'ORG':
    case 'APP':
      return ['listeRouge', 'rang', 'description', 'service', 'responsable'];
  }
}
