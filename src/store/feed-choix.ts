// Which operations of the queue a person looks at, or decides about.
import { feedStates, type FeedState } from '../domain/feed-state.js';
import type { KindOperation } from '../domain/feed-operation.js';
import type { Db } from '../db/pool.js';

/** What is not given does not choose. */
export type FiltreEnvois = {
  readonly states?: readonly FeedState[] | undefined;
  readonly domaine?: string | undefined;
  readonly kind?: KindOperation | undefined;
  readonly motif?: string | undefined;
  /** Code of the last failure. */
  readonly code?: string | undefined;
  readonly adresse?: string | undefined;
  /** In the queue since before this. */
  readonly avant?: Date | undefined;
};

/** Beyond the numbers given, when they are. */
export type PageEnvois = {
  readonly apres?: number | undefined;
  readonly avant?: number | undefined;
  readonly taille: number;
};

/**
 * Conditions on feed_operation `o`; what they ask for is added to `values`. Only those that are given are written, and the
 * states by their names: the planner must see that a few rows are asked for among hundreds of thousands.
 */
export function conditionsOf(filtre: FiltreEnvois, values: unknown[]): string {
  const { states, domaine, kind, motif, code, adresse, avant } = filtre;
  const given = (value: unknown, condition: (parameter: string) => string): string[] =>
    value === undefined ? [] : [condition(`$${values.push(value)}`)];
  return [
    ...(states === undefined ? ['true'] : [`o.state in (${listStates(states)})`]),
    ...given(domaine?.toLowerCase(), (p) => `o.domaine = ${p}::text`),
    ...given(kind, (p) => `o.kind = ${p}::text`),
    ...given(motif, (p) => `o.motif = ${p}::text`),
    ...given(code, (p) => `o.last_code = ${p}::text`),
    ...given(adresse?.toLowerCase(), (p) => `o.adresse = ${p}::text`),
    ...given(avant, (p) => `coalesce(o.decided_at, o.created_at) < ${p}::timestamptz`),
  ].join(' and ');
}

/** A closed list: no value of a visitor is ever written here. */
function listStates(states: readonly FeedState[]): string {
  const known = feedStates.filter((state) => states.includes(state));
  return known.length === 0 ? 'null' : known.map((state) => `'${state}'`).join(', ');
}

export type Selection =
  | {
      readonly kind: 'ids';
      readonly ids: readonly number[];
      /** Only while they are in one of these states. */
      readonly parmi?: readonly FeedState[];
    }
  /** Every operation that the decision may apply to; narrowed by what is given. */
  | { readonly kind: 'all'; readonly filtre: FiltreEnvois };

/**
 * The numbers taken, as the relation `prise`. A delete and an insert of one BAL on one porteur are one change of type: a
 * decision about one is about both, or a BAL would go and not come back.
 */
export function prisesSql(
  action: ActionEnvois,
  selection: Selection,
): { readonly sql: string; readonly admis: string; readonly values: unknown[] } {
  const values: unknown[] = [];
  const admis = listStates(etatsAdmis[action]);
  const voulues =
    selection.kind === 'ids'
      ? [
          `o.id = any($${values.push(selection.ids)}::bigint[])`,
          ...(selection.parmi ? [`o.state in (${listStates(selection.parmi)})`] : []),
        ].join(' and ')
      : conditionsOf(selection.filtre, values);
  const sql = `with voulue as materialized (
      select o.id, o.adresse, o.porteur_cle, o.kind from feed_operation o
      where o.state in (${admis}) and ${voulues}),
    prise as materialized (select id from voulue
      union select moitie.id from voulue v join feed_operation moitie on moitie.adresse = v.adresse
        and moitie.porteur_cle = v.porteur_cle and moitie.kind <> v.kind
      where v.kind in ('insert', 'delete') and moitie.kind in ('insert', 'delete')
        and moitie.state in (${admis}))`;
  return { sql, admis: `o.state in (${admis})`, values };
}

export const etatsAdmis = {
  replay: ['dead', 'held'],
  cancel: ['planned', 'approved', 'retry', 'held', 'dead'],
} as const satisfies Record<string, readonly FeedState[]>;

export type ActionEnvois = keyof typeof etatsAdmis;

export type LigneEffetEnvois = {
  readonly state: FeedState;
  readonly kind: KindOperation;
  readonly domaine: string;
  readonly nombre: number;
};

export type EffetEnvois = {
  readonly lignes: readonly LigneEffetEnvois[];
  readonly nombre: number;
  /** Another one when an operation comes, goes or changes its state. */
  readonly empreinte: string;
};

/** What the decision would take now, the other halves of changes of type included. */
export async function foreseeDecision(
  db: Db,
  action: ActionEnvois,
  selection: Selection,
): Promise<EffetEnvois> {
  const { sql, admis, values } = prisesSql(action, selection);
  const { rows } = await db.query<LigneEffetEnvois & { somme: string }>(
    `${sql}
     select o.state, o.kind, o.domaine, count(*)::integer as nombre,
       sum(hashint8extended(o.id, 0))::text as somme
     from prise join feed_operation o using (id) where ${admis}
     group by o.state, o.kind, o.domaine order by o.state, o.kind, o.domaine`,
    values,
  );
  const nombre = rows.reduce((sum, row) => sum + row.nombre, 0);
  const total = rows.reduce((sum, row) => sum + BigInt(row.somme), BigInt(nombre));
  const parEtat = new Map<string, number>();
  for (const row of rows) parEtat.set(row.state, (parEtat.get(row.state) ?? 0) + row.nombre);
  const etats = [...parEtat].map(([state, n]) => `${state}-${n}`).join('.');
  return {
    lignes: rows.map(({ state, kind, domaine, nombre: n }) => ({
      state,
      kind,
      domaine,
      nombre: n,
    })),
    nombre,
    empreinte: `${BigInt.asUintN(64, total).toString(16)}.${etats}`,
  };
}
