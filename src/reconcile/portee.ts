// Which addresses a run must look at: all of them, or only those that something touched since the last run.
import type { Client } from '../db/pool.js';
import type { ReconcileRun } from '../store/reconcile-run.js';
import type { SourceLoad } from '../store/source-load.js';

export type Mode =
  | { readonly kind: 'full' }
  | {
      readonly kind: 'delta';
      readonly previous: ReconcileRun;
      readonly loadIds: readonly number[];
    };

// Above this, probing one by one costs more than reading everything once.
const changementsMax = 100_000;
const partMax = 0.25;
const petitePorteeMax = 2_000;

/** Delta when everything that changed since the last finished run is listed, and little did. */
export async function chooseMode(
  client: Client,
  previous: ReconcileRun | undefined,
  fingerprint: string,
  inService: readonly SourceLoad[],
): Promise<Mode> {
  if (previous?.settingsFingerprint !== fingerprint) return { kind: 'full' };
  if (inService.some((load) => previous.loads[load.source] === undefined)) return { kind: 'full' };
  const { rows } = await client.query<{ id: number; isListed: boolean; changes: number }>(
    `select l.id, c.changes::integer,
       not l.is_full and (c.changes > 0 or (l.added_count = 0 and l.gone_count = 0)) as "isListed"
     from source_load l
     join jsonb_each_text($1::jsonb) seen (source, id) on seen.source = l.source
     cross join lateral (select count(*) as changes from source_change where load_id = l.id) c
     where l.id > seen.id::integer
     order by l.id`,
    [JSON.stringify(previous.loads)],
  );
  const changes = rows.reduce((sum, row) => sum + row.changes, 0);
  if (rows.some((row) => !row.isListed) || changes > changementsMax) return { kind: 'full' };
  return { kind: 'delta', previous, loadIds: rows.map((row) => row.id) };
}

/** Fills the table `portee`; false when it holds so much of the park that a full run is cheaper. */
export async function fillPortee(
  client: Client,
  { previous, loadIds }: Extract<Mode, { kind: 'delta' }>,
): Promise<boolean> {
  for (const [text, needsLoads] of statements) {
    await client.query(text, needsLoads ? [loadIds] : []);
  }
  const { rows } = await client.query<{ n: number }>(`select count(*)::integer as n from portee`);
  const size = rows[0]?.n ?? 0;
  return size <= Math.max(petitePorteeMax, (previous.balCount ?? 0) * partMax);
}

const touche = `(first_load_id = any($1::integer[]) or gone_load_id = any($1::integer[]))`;

// A row of the FINESS source was loaded or went, or its closing date passed between the two runs.
const finessTouches = `select finess, siret, siren from structure_finess
  where ${touche} or (gone_load_id is null and not is_closed
    and date_fermeture > (select aujourd_hui_precedent from reglage)
    and date_fermeture <= (select aujourd_hui from reglage))`;

type TableBal = 'bal_operateur' | 'bal_annuaire';

// What is published matters by its holder or its structure when the inventory does not hold the BAL: that can only be
// under a declared domain.
const enService: Record<TableBal, string> = {
  bal_operateur: 'b.gone_load_id is null',
  bal_annuaire: `b.gone_load_id is null
    and exists (select 1 from domaine_declare declare where declare.nom = b.domaine)`,
};

const tables: readonly TableBal[] = ['bal_operateur', 'bal_annuaire'];

// The planner counts a probe of an index dearer than it is, and would read the whole country for a few thousand keys.
const parProbe = 'set local enable_hashjoin = off';
const parCout = 'set local enable_hashjoin = on';

const statements: readonly (readonly [text: string, needsLoads: boolean])[] = [
  [creer('changement', 'kind text collate "C", cle text collate "C"'), false],
  [
    `insert into changement select distinct kind, cle from source_change
     where load_id = any($1::integer[]) and kind in ('adresse', 'titulaire')`,
    true,
  ],
  ['analyze changement', false],
  [creer('structure_touchee', 'structure_id text collate "C"'), false],
  [parProbe, false],
  // The EJ of a site seen with several is the most frequent of its activity lines: any of them may tip it.
  [
    `insert into structure_touchee
     with bougees as materialized (
       select a.structure_hash from changement c
       join activite a on a.identifiant_pp = c.cle and a.gone_load_id is null
       where c.kind = 'titulaire' and a.first_load_id = any($1::integer[])
       union
       select a.structure_hash from changement c
       join activite a on a.identifiant_pp = c.cle and a.gone_load_id is not null
       where c.kind = 'titulaire' and a.gone_load_id = any($1::integer[]))
     select distinct '1' || s.finess_site
     from bougees b
     join structure_exercice s on s.ligne_hash = b.structure_hash and s.gone_load_id is null
     where s.finess_site is not null
       and not exists (select 1 from structure_finess f
         where f.finess = s.finess_site and f.gone_load_id is null)
       and exists (select 1 from structure_exercice autre
         where autre.finess_site = s.finess_site and autre.gone_load_id is null
           and autre.finess_ej <> s.finess_ej)`,
    true,
  ],
  [parCout, false],
  [
    creer(
      'finess_touche',
      'finess text collate "C", siret text collate "C", siren text collate "C"',
    ),
    false,
  ],
  [`insert into finess_touche ${finessTouches}`, true],
  ['analyze finess_touche', false],
  // Whoever practises in a structure whose FINESS row moved: its EJ and its SIRET count for him.
  [
    `insert into changement
     select 'titulaire', a.identifiant_pp
     from (select finess from finess_touche) f
     join structure_exercice s on s.gone_load_id is null
       and (s.finess_site = f.finess or s.finess_ej = f.finess)
     join activite a on a.structure_hash = s.ligne_hash and a.gone_load_id is null
     where a.identifiant_pp is not null
     union
     select 'titulaire', identifiant_pp from identite
     where gone_load_id is null and identifiant_pp is not null
       and exists (select 1 from finess_touche)
       and (finess_site in (select finess from finess_touche)
         or finess_ej in (select finess from finess_touche))`,
    false,
  ],
  [
    `insert into changement
     select 'titulaire', adeli from correspondance_adeli where ${touche}`,
    true,
  ],
  ['analyze changement', false],
  [
    `insert into structure_touchee
     select distinct id from (
       select unnest(array['1' || finess, '3' || siret, '2' || siren]) as id from finess_touche
       union all
       select unnest(array['1' || finess_site, '1' || finess_ej, '3' || siret, '2' || siren,
         '0' || identifiant_technique, '4' || identifiant_technique,
         '0' || substr(identifiant_technique, 2), '4' || substr(identifiant_technique, 2),
         ancien_identifiant])
       from structure_exercice where ${touche}) ids
     where id is not null`,
    true,
  ],
  ['analyze structure_touchee', false],
  [creer('portee', 'adresse text collate "C" primary key'), false],
  [
    `insert into portee
     select cle from changement where kind = 'adresse'
     ${tables.map(balsDesStructures).join('')}`,
    false,
  ],
  [parProbe, false],
  [
    `insert into portee ${tables.map(balsDesTitulaires).join(' union ')} on conflict do nothing`,
    false,
  ],
  [parCout, false],
  ['analyze portee', false],
];

function creer(nom: string, colonnes: string): string {
  return `create temp table ${nom} (${colonnes}) on commit drop`;
}

function balsDesTitulaires(table: TableBal): string {
  return `select b.adresse from changement c
    join ${table} b on b.identifiant_pp = c.cle and ${enService[table]}
    where c.kind = 'titulaire'`;
}

function balsDesStructures(table: TableBal): string {
  return `union select b.adresse from structure_touchee s
       join ${table} b on b.structure_id = s.structure_id and ${enService[table]}
     union select b.adresse from structure_touchee s
       join domaine_declare d on d.structure_id = s.structure_id
       join ${table} b on b.domaine = d.nom and b.gone_load_id is null
     `;
}
