// One kind of rows that a purge takes at term: what is at its term, and what becomes of it. In every text `t` is the row, and
// $1 the boundary: what is older is at its term.
import type { CategorieConservation } from '../../domain/conservation.js';

export type Cible = {
  /** Stable: part of the proof. */
  readonly nom: string;
  readonly categorie: CategorieConservation;
  /** French, for the report. */
  readonly libelle: string;
  readonly table: string;
  /** What of the table is counted as live, for the guard over a share of it. */
  readonly vivantes?: string;
  readonly condition: string;
  /** Assignments that make the row anonymous; none: the row is deleted. */
  readonly maj?: string;
  /** Further statements of the same batch, each a CTE that reads `lot`, the rows as they were deleted. */
  readonly avec?: readonly string[];
  /**
   * `pages`: the table from its first page to its last, a number of them in each transaction. `adresses`: by groups of
   * mailboxes, where what becomes of a row depends on others of the same mailbox. `traces`: by the function of the trail.
   */
  readonly parcours: 'pages' | 'adresses' | 'traces';
  /** Not below so many days whatever the settings of retention say: another setting relies on it. */
  readonly joursMin?: 'evenements';
  /** False: all of it may be at its term, and nothing is lost with it. */
  readonly estGardee: boolean;
  /** Made by a part of the program that a database may not have yet. */
  readonly estFacultative?: boolean;
};

/** What replaces a name that a column cannot do without. */
export const efface = 'effacé';

/** Loads made before the boundary. */
export const chargementsAnciens = `select l.id from source_load l where l.loaded_at < $1::timestamptz`;

/**
 * The last load of `source` that a reconciliation has seen: the next one still has to look at what came after. Before the first, it
 * will look at everything.
 */
export function dejaRapproche(colonne: string, source: string): string {
  return `${colonne} <= coalesce((select (r.loads ->> '${source}')::integer from reconcile_run r
    where r.finished_at is not null order by r.id desc limit 1), 2147483647)`;
}
