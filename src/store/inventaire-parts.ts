// Which source of the inventory has what in service, and how lines pass from one to another.
import type { Client, Db } from '../db/pool.js';

/** The sources that have lines in service, and how many BAL, closed ones counted. */
export async function listParts(
  db: Db,
): Promise<{ readonly nom: string; readonly bals: number }[]> {
  const { rows } = await db.query<{ nom: string; bals: number }>(
    `select source_inventaire as nom, count(distinct adresse)::integer as bals
     from bal_operateur where gone_load_id is null group by source_inventaire`,
  );
  return rows;
}

/** The domains that a source has in service, in order. */
export async function listDomainesEnService(db: Db, source: string): Promise<string[]> {
  const { rows } = await db.query<{ domaine: string }>(
    `select distinct domaine from bal_operateur
     where gone_load_id is null and source_inventaire = $1::text order by domaine`,
    [source],
  );
  return rows.map(({ domaine }) => domaine);
}

/** Gives the lines in service under `domaines` to another source. Nothing that a constat rests on changes; returns the BAL. */
export async function moveLignes(
  client: Client,
  from: string,
  to: string,
  domaines: readonly string[],
): Promise<number> {
  const { rows } = await client.query<{ bals: number }>(
    `with moved as (
       update bal_operateur set source_inventaire = $2::text
       where gone_load_id is null and source_inventaire = $1::text and domaine = any ($3::text[])
       returning adresse)
     select count(distinct adresse)::integer as bals from moved`,
    [from, to, domaines],
  );
  return rows[0]?.bals ?? 0;
}

/**
 * Notes what a source has in service once lines came or went otherwise than by an import of its own. Its lines are no younger
 * for it: the load is dated by the last success of `ageDe`.
 */
export async function insertMovedLoad(
  client: Client,
  nom: string,
  ageDe: string,
  origin: string,
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into source_load (source, inventaire_source, version, loaded_at, origin, size_bytes, layout,
       line_count, added_count, gone_count, is_full)
     select 'inventaire', $1::text, 'transfert', coalesce(
         (select max(finished_at) from source_run where inventaire_source = $2::text
           and outcome in ('loaded', 'unchanged', 'nothing-new')),
         (select max(loaded_at) from source_load where inventaire_source = $2::text), now()),
       $3::text, 0, coalesce(
         (select layout from source_load where inventaire_source = $1::text order by id desc limit 1),
         (select layout from source_load where inventaire_source = $2::text order by id desc limit 1), ''),
       (select count(*)::integer from bal_operateur
         where gone_load_id is null and source_inventaire = $1::text), 0, 0, false
     returning id`,
    [nom, ageDe, origin],
  );
  const row = rows[0];
  if (!row) throw new Error('insert into source_load returned no row');
  return row.id;
}
