// What is in service about one structure, for provisioning screens.
import type { Db } from '../db/pool.js';
import type { StructureLue } from '../domain/id-nat-struct.js';
import { balsSql, type BalDe } from './professionnel.js';
import type { FaitsStructure } from './verification.js';
import { structureSql } from './verification-sql.js';

export type StructureTrouvee = {
  readonly faits: FaitsStructure;
  /** EG of this EJ in the FINESS source, at most `entitesMax`. */
  readonly entitesGeographiques: readonly {
    readonly finess: string;
    readonly raisonSociale: string | null;
    readonly estFermee: boolean;
  }[];
  readonly nombreEntitesGeographiques: number;
  /** FINESS of the EJ, its name. */
  readonly entiteJuridique: {
    readonly finess: string;
    readonly raisonSociale: string | null;
  } | null;
  readonly bals: readonly BalDe[];
};

const entitesMax = 200;

const sql = `select ${structureSql('$1::text', '$2::text', '$4::timestamptz')} as faits,
  (select coalesce(jsonb_agg(to_jsonb(eg) order by eg.finess), '[]') from (
    select finess, min(raison_sociale collate "C") as "raisonSociale",
      bool_and(is_closed or coalesce(
        date_fermeture <= ($4::timestamptz at time zone 'Europe/Paris')::date, false)) as "estFermee"
    from structure_finess
    where $1::text = 'finess' and finess_ej = $2::text and nature = 'EG' and gone_load_id is null
    group by finess order by finess limit ${entitesMax}) eg) as "entitesGeographiques",
  (select count(distinct finess)::integer from structure_finess
    where $1::text = 'finess' and finess_ej = $2::text and nature = 'EG' and gone_load_id is null)
    as "nombreEntitesGeographiques",
  (select jsonb_build_object('finess', min(ej.finess), 'raisonSociale',
      min(ej.raison_sociale collate "C"))
    from structure_finess ej where ej.gone_load_id is null and ej.finess = (
      select min(finess_ej) from structure_finess
      where $1::text = 'finess' and finess = $2::text and gone_load_id is null)
    having count(*) > 0) as "entiteJuridique",
  ${balsSql('structure_id = $3::text')} as bals`;

export async function findStructure(
  db: Db,
  structure: StructureLue,
  now: Date,
): Promise<StructureTrouvee> {
  const { rows } = await db.query<StructureTrouvee>({
    name: 'structure',
    text: sql,
    values: [structure.genre, structure.identifiant, structure.id, now],
  });
  const [found] = rows;
  if (!found) throw new Error('a select without a table returned no row');
  return found;
}
