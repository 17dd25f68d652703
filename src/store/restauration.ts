// That this database came out of a backup, and what holds the sending back until the present is known again.
import type { Db } from '../db/pool.js';
import { versionEvenements } from './source-load.js';

export type NouvelleRestauration = {
  /** When the state that came back was true. */
  readonly sauvegardeDu: Date;
  readonly restaureeLe: Date;
  readonly auteur: string;
};

/** What the restored state cannot know, counted. */
export type EtatRestaure = {
  /** Approved, being sent or to be sent again: some may have left after the backup. */
  readonly operationsEnFile: number;
  readonly avisEnFile: number;
  readonly sessionsFermees: number;
};

/** Notes it, holds the sending back, and closes the sessions: one of them may have been closed since the backup. */
export async function noterRestauration(
  db: Db,
  { sauvegardeDu, restaureeLe, auteur }: NouvelleRestauration,
): Promise<EtatRestaure> {
  await db.query(
    `update restauration set levee_le = greatest(restauree_le, $1::timestamptz), levee_par = $2::text,
       levee_raison = 'remplacée par une autre restauration'
     where levee_le is null`,
    [restaureeLe, auteur],
  );
  await db.query(
    `insert into restauration (sauvegarde_du, restauree_le, auteur)
     values ($1::timestamptz, $2::timestamptz, $3::text)`,
    [sauvegardeDu, restaureeLe, auteur],
  );
  const sessions = await db.query(`delete from session_web`);
  const { rows } = await db.query<{ operationsEnFile: number; avisEnFile: number }>(
    `select (select count(*)::float8 from feed_operation where state in ('approved', 'sending', 'retry')) as "operationsEnFile",
       (select count(*)::float8 from avis where etat in ('a-envoyer', 'en-envoi')) as "avisEnFile"`,
  );
  const [row] = rows;
  return {
    operationsEnFile: row?.operationsEnFile ?? 0,
    avisEnFile: row?.avisEnFile ?? 0,
    sessionsFermees: sessions.rowCount ?? 0,
  };
}

export type RestaurationEnVigueur = {
  readonly sauvegardeDu: Date;
  readonly restaureeLe: Date;
  /** Generated after the restoration, and in service. */
  readonly aExtraction: boolean;
  /** Each source read whole since: a list of events tells of some of its BAL only. */
  readonly aInventaire: boolean;
  /** Computed from both. */
  readonly aPlan: boolean;
};

/** The one that holds the sending back, and what of the present is known since; undefined: nothing is held. */
export async function findRestauration(db: Db): Promise<RestaurationEnVigueur | undefined> {
  const { rows } = await db.query<RestaurationEnVigueur>(
    `with depuis as (
       select r.sauvegarde_du, r.restauree_le,
         (select min(l.loaded_at) from source_load l
           where l.source = 'bals' and l.genere_le > r.restauree_le) as extraction,
         (select case when bool_and(s.lue is not null) then max(s.lue) end
           from (select o.source_inventaire,
               (select min(t.finished_at) from source_run t
                 where t.source = 'inventaire' and t.inventaire_source = o.source_inventaire
                   and t.started_at > r.restauree_le and t.outcome in ('loaded', 'unchanged')
                  and t.version is distinct from $1::text) as lue
             from (select distinct source_inventaire from bal_operateur where gone_load_id is null) o) s) as inventaire
       from restauration r where r.levee_le is null)
     select sauvegarde_du as "sauvegardeDu", restauree_le as "restaureeLe",
       extraction is not null as "aExtraction", inventaire is not null as "aInventaire",
       exists (select from plan p join reconcile_run c on c.id = p.reconcile_run_id
         where d.extraction is not null and d.inventaire is not null
           and c.started_at > greatest(d.extraction, d.inventaire)) as "aPlan"
     from depuis d`,
    [versionEvenements],
  );
  return rows[0];
}

/** True when one was in force. */
export async function leverRestauration(
  db: Db,
  leveeLe: Date,
  par: string,
  raison: string | undefined,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update restauration set levee_le = greatest(restauree_le, $1::timestamptz), levee_par = $2::text,
       levee_raison = $3::text
     where levee_le is null`,
    [leveeLe, par, raison],
  );
  return rowCount !== 0;
}
