// What the address of the journal asks: a search and a place in it, that can be kept and shared.
import { z } from 'zod';
import { parisDate } from '../../../domain/paris-time.js';
import { isActionTracee, issuesTrace, type ActionTracee } from '../../../domain/trace.js';
import type { CurseurTraces, FiltreTraces } from '../../../store/journal-lecture.js';
import { PageError } from '../../page/page-error.js';

export type ChampsJournal = {
  readonly personne: string;
  readonly objet: string;
  readonly action: ActionTracee | '';
  readonly issue: (typeof issuesTrace)[number] | '';
  /** aaaa-mm-jj, of Paris; `au` included. */
  readonly du: string;
  readonly au: string;
};

export type FiltreJournal = {
  readonly champs: ChampsJournal;
  readonly filtre: FiltreTraces;
  readonly borne: { readonly sens: 'apres' | 'avant'; readonly de: CurseurTraces } | undefined;
  readonly erreurs: readonly { readonly champ: string; readonly message: string }[];
};

const texte = z
  .string()
  .trim()
  .max(340)
  .regex(/^\P{Cc}*$/u)
  .default('');
const position = z.string().regex(/^\d{1,15}\.\d{1,15}$/u);

const query = z.object({
  personne: texte,
  objet: texte,
  action: z.union([z.literal(''), z.string().refine(isActionTracee)]).default(''),
  issue: z.union([z.literal(''), z.enum(issuesTrace)]).default(''),
  du: texte,
  au: texte,
  apres: position.optional(),
  avant: position.optional(),
});

/** Throws a PageError for what no form of ours sends. */
export function lireFiltreJournal(given: unknown): FiltreJournal {
  const lue = query.safeParse(given);
  if (!lue.success) {
    throw new PageError(
      400,
      'Filtre inconnu',
      'L’adresse de cette page demande ce qui n’existe pas. Revenez au journal et choisissez vos filtres.',
    );
  }
  const { apres, avant, action: choisie, ...rest } = lue.data;
  const action = isActionTracee(choisie) ? choisie : '';
  const depuis = lireJour(rest.du, 0);
  const jusqua = lireJour(rest.au, 1);
  return {
    champs: { ...rest, action },
    filtre: {
      personne: rest.personne || undefined,
      objet: (rest.objet.includes('@') ? rest.objet.toLowerCase() : rest.objet) || undefined,
      action: action || undefined,
      issue: rest.issue || undefined,
      depuis,
      jusqua,
    },
    borne: apres
      ? { sens: 'apres', de: lirePosition(apres) }
      : avant
        ? { sens: 'avant', de: lirePosition(avant) }
        : undefined,
    erreurs: [
      ...(rest.du !== '' && !depuis ? [erreurDe('du')] : []),
      ...(rest.au !== '' && !jusqua ? [erreurDe('au')] : []),
    ],
  };
}

function erreurDe(champ: string): { champ: string; message: string } {
  return { champ, message: 'Écrivez le jour sous la forme aaaa-mm-jj, par exemple 2026-11-23.' };
}

/** Its beginning, or the beginning of the next day. */
function lireJour(text: string, plus: 0 | 1): Date | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(text) ?? [];
  if (year === undefined) return undefined;
  const at = parisDate(Number(year), Number(month), Number(day), 0, 0);
  if (!at || plus === 0) return at;
  // 36 hours later is the next day, whatever the clocks do in between.
  const next = new Date(at.getTime() + 36 * 3_600_000);
  return parisDate(next.getUTCFullYear(), next.getUTCMonth() + 1, next.getUTCDate(), 0, 0);
}

export function ecrirePosition({ at, sequence }: CurseurTraces): string {
  return `${at.getTime()}.${sequence}`;
}

function lirePosition(text: string): CurseurTraces {
  const [at = '', sequence = ''] = text.split('.');
  return { at: new Date(Math.min(Number(at), 8.64e15)), sequence: Number(sequence) };
}

/** The address of the same search, elsewhere in it; `chemin` without the base. */
export function adresseJournal(
  chemin: string,
  champs: ChampsJournal,
  more: Readonly<Record<string, string>> = {},
): string {
  const params = new URLSearchParams(
    Object.entries({ ...champs, ...more }).filter(([, valeur]) => valeur !== ''),
  );
  const text = params.toString();
  return text === '' ? chemin : `${chemin}?${text}`;
}
