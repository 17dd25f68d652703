// Structures and professionals as the simulator of the feed API looks them up.
import type { Db } from '../db/pool.js';

/** What is known of one IdNatStruct: every number that its rows bear. */
export type StructureFacts = {
  readonly id: string;
  readonly finess: readonly string[];
  readonly sirets: readonly string[];
  readonly sirens: readonly string[];
};

/** Facts of the IdNatStruct given, in service now or as they were at two loads; those that nothing knows are left out. */
export async function listStructureFacts(
  db: Db,
  ids: readonly string[],
  loads?: { readonly professionnels: number; readonly finess: number },
): Promise<StructureFacts[]> {
  const exercice = presence('s', loads?.professionnels);
  const finess = presence('f', loads?.finess);
  const { rows } = await db.query<StructureFacts>(
    `with asked as (
       select distinct id, left(id, 1) as kind, substr(id, 2) as number from unnest($1::text[]) as d (id)),
     seen as (
       select d.id, f.finess, f.siret, f.siren from asked d
         join structure_finess f on f.finess = d.number where d.kind = '1' and ${finess}
       union all select d.id, f.finess, f.siret, f.siren from asked d
         join structure_finess f on f.siret = d.number where d.kind = '3' and ${finess}
       union all select d.id, f.finess, f.siret, f.siren from asked d
         join structure_finess f on f.siren = d.number where d.kind = '2' and ${finess}
       union all select d.id, s.finess_site, s.siret, s.siren from asked d
         join structure_exercice s on s.finess_site = d.number where d.kind = '1' and ${exercice}
       union all select d.id, s.finess_ej, null, null from asked d
         join structure_exercice s on s.finess_ej = d.number where d.kind = '1' and ${exercice}
       union all select d.id, s.finess_site, s.siret, s.siren from asked d
         join structure_exercice s on s.siret = d.number where d.kind = '3' and ${exercice}
       union all select d.id, s.finess_site, s.siret, s.siren from asked d
         join structure_exercice s on s.siren = d.number where d.kind = '2' and ${exercice}
       union all select d.id, s.finess_site, s.siret, s.siren from asked d
         join structure_exercice s on s.identifiant_technique = 'R' || d.number
         where d.kind in ('0', '4') and ${exercice}
       union all select d.id, s.finess_site, s.siret, s.siren from asked d
         join structure_exercice s on s.identifiant_technique = d.number
         where d.kind in ('0', '4') and ${exercice}
       union all select d.id, s.finess_site, s.siret, s.siren from asked d
         join structure_exercice s on s.ancien_identifiant = d.id
         where d.kind in ('0', '4') and ${exercice})
     select id, ${numbers('finess')} as finess, ${numbers('siret')} as sirets,
       ${numbers('siren')} as sirens
     from seen group by id order by id`,
    [ids],
  );
  return rows;
}

function presence(alias: string, loadId: number | undefined): string {
  if (loadId === undefined) return `${alias}.gone_load_id is null`;
  return `${alias}.first_load_id <= ${loadId} and (${alias}.gone_load_id is null or ${alias}.gone_load_id > ${loadId})`;
}

function numbers(column: string): string {
  return `coalesce(array_agg(distinct ${column}) filter (where ${column} <> ''), '{}')`;
}

/** Whether a national file in service knows this RPPS. */
export async function isProfessionnelKnown(db: Db, rpps: string): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (select from activite
         where identifiant_pp = $1::text and type_identifiant_pp = '8' and gone_load_id is null)
       or exists (select from savoir_faire
         where identifiant_pp = $1::text and type_identifiant_pp = '8' and gone_load_id is null)
       or exists (select from identite
         where identifiant_pp = $1::text and type_identifiant_pp = '8' and gone_load_id is null) as found`,
    [rpps],
  );
  return rows[0]?.found === true;
}

/** One place where a professional practises; null where the file tells nothing. */
export type LieuExercice = {
  readonly finessSite: string | null;
  readonly finessEj: string | null;
  readonly siret: string | null;
  readonly technique: string | null;
  readonly ancien: string | null;
};

const lieuxMax = 1_000;

export async function listLieuxExercice(db: Db, rpps: string): Promise<LieuExercice[]> {
  const { rows } = await db.query<LieuExercice>(
    `select s.finess_site as "finessSite", s.finess_ej as "finessEj", s.siret,
       s.identifiant_technique as technique, s.ancien_identifiant as ancien
     from activite a join structure_exercice s on s.ligne_hash = a.structure_hash and s.gone_load_id is null
     where a.identifiant_pp = $1::text and a.type_identifiant_pp = '8' and a.gone_load_id is null
     limit ${lieuxMax}`,
    [rpps],
  );
  return rows;
}
