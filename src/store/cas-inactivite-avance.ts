// What advances cases: opened, told, reminded, proposed for deletion. Each statement moves a case from its legal origins only.
import { originesDe, type EtatCas, type RaisonAttente } from '../domain/cycle-inactivite.js';
import type { Db } from '../db/pool.js';
import { activiteSql } from './cas-inactivite.js';

export type Ouverture = {
  readonly now: Date;
  readonly limiteJours: number;
  readonly preavisJours: number;
};

/** What the reference of a case is in `suppression_decidee`. */
export function referenceCas(id: number): string {
  return `inactivite-${id}`;
}

/** Opens a case for each PER that nears its limit and has none; the number opened. */
export async function ouvrirCas(
  db: Db,
  { now, limiteJours, preavisJours }: Ouverture,
): Promise<number> {
  const { rowCount } = await db.query(
    `insert into cas_inactivite (adresse, domaine, etat, activite_le, est_authentification, limite_le, ouvert_le)
     select n.adresse, n.domaine, 'a-prevenir', n.activite, n.est_authentification, n.limite, $1::timestamptz
     from (select b.adresse, b.domaine, b.activite, b.est_authentification,
         greatest(b.activite + $2::integer * interval '24 hours', g.jusqua) as limite
       from (select adresse, min(domaine) as domaine, max(${activiteSql('o')}) as activite,
           max(derniere_authentification) is not distinct from max(${activiteSql('o')}) as est_authentification,
           bool_or(type_bal = 'PER' and etat <> 'ferme') as est_per
         from bal_operateur o where gone_load_id is null group by adresse) b
       left join lateral (select max(conservee_jusqua) as jusqua from cas_inactivite k
         where k.adresse = b.adresse) g on true
       where b.est_per and b.activite < $1::timestamptz - ($2::integer - $3::integer) * interval '24 hours') n
     where n.limite < $1::timestamptz + $3::integer * interval '24 hours'
       and not exists (select from cas_inactivite k where k.adresse = n.adresse and k.clos_le is null)
     order by n.limite, n.adresse
     on conflict do nothing`,
    [now, limiteJours, preavisJours],
  );
  return rowCount ?? 0;
}

/** Writes only what changed. */
export async function noterAttentes(
  db: Db,
  attentes: readonly { readonly id: number; readonly raison: RaisonAttente }[],
): Promise<void> {
  await db.query(
    `update cas_inactivite k set attente = n.raison
     from unnest($1::bigint[], $2::text[]) n (id, raison)
     where k.id = n.id and k.attente is distinct from n.raison`,
    [attentes.map(({ id }) => id), attentes.map(({ raison }) => raison)],
  );
}

export type Prevenance = {
  readonly id: number;
  readonly annonceLe: Date;
  readonly cles: readonly string[];
};

/** Notices were handed to the mail: for the first time, or to more recipients. */
export async function noterAvis(db: Db, avis: readonly Prevenance[], now: Date): Promise<void> {
  await db.query(
    `update cas_inactivite k set etat = 'prevenue', attente = 'AVIS_EN_FILE', annonce_le = n.annonce,
       avis_demande_le = coalesce(k.avis_demande_le, $4::timestamptz), avis_cles = n.cles::text[]
     from unnest($1::bigint[], $2::timestamptz[], $3::text[]) n (id, annonce, cles)
     where k.id = n.id and k.etat = any($5::text[])`,
    [
      avis.map(({ id }) => id),
      avis.map(({ annonceLe }) => annonceLe),
      avis.map(({ cles }) => textArray(cles)),
      now,
      [...originesDe('prevenue'), 'prevenue' satisfies EtatCas],
    ],
  );
}

export type Delai = { readonly id: number; readonly partiLe: Date; readonly echeanceLe: Date };

/** A notice left: the delay runs from it. */
export async function courirDelais(db: Db, delais: readonly Delai[]): Promise<void> {
  await db.query(
    `update cas_inactivite k set etat = 'delai-en-cours', attente = 'DELAI',
       avis_parti_le = n.parti, echeance_le = n.echeance
     from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) n (id, parti, echeance)
     where k.id = n.id and k.etat = any($4::text[])`,
    [
      delais.map(({ id }) => id),
      delais.map(({ partiLe }) => partiLe),
      delais.map(({ echeanceLe }) => echeanceLe),
      originesDe('delai-en-cours'),
    ],
  );
}

export type Rappel = {
  readonly id: number;
  readonly echeanceLe: Date;
  readonly cles: readonly string[];
};

export async function noterRappels(db: Db, rappels: readonly Rappel[], now: Date): Promise<void> {
  await db.query(
    `update cas_inactivite k set rappel_le = $4::timestamptz, rappel_cles = n.cles::text[],
       echeance_le = n.echeance, attente = 'DELAI'
     from unnest($1::bigint[], $2::timestamptz[], $3::text[]) n (id, echeance, cles)
     where k.id = n.id and k.etat = 'delai-en-cours'`,
    [
      rappels.map(({ id }) => id),
      rappels.map(({ echeanceLe }) => echeanceLe),
      rappels.map(({ cles }) => textArray(cles)),
      now,
    ],
  );
}

/** The end of the delay: proposed for deletion, which the plan reads (`suppression_decidee`). The number proposed. */
export async function deciderSuppressions(
  db: Db,
  ids: readonly number[],
  now: Date,
  par: string,
): Promise<number> {
  const { rows } = await db.query<{ id: number; adresse: string }>(
    `update cas_inactivite set etat = 'a-supprimer', attente = null, decidee_le = $2::timestamptz
     where id = any($1::bigint[]) and etat = any($3::text[]) returning id::float8 as id, adresse`,
    [ids, now, originesDe('a-supprimer')],
  );
  await db.query(
    `insert into suppression_decidee (adresse, motif, reference, decided_at, decided_by)
     select adresse, 'INACTIVE', reference, $3::timestamptz, $4::text
     from unnest($1::text[], $2::text[]) n (adresse, reference)
     on conflict (motif, reference) do nothing`,
    [rows.map(({ adresse }) => adresse), rows.map(({ id }) => referenceCas(id)), now, par],
  );
  return rows.length;
}

/** The text of an array inside an array of parameters, which PostgreSQL cannot nest. */
function textArray(values: readonly string[]): string {
  const quoted = values.map((value) => `"${value.replace(/["\\]/gu, '\\$&')}"`);
  return `{${quoted.join(',')}}`;
}
