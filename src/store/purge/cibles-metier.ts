// What was found, decided and asked: closed findings, settled operations, demandes, cases of inactivity.
import { efface, type Cible } from './cible.js';

const estLa = (adresse: string): string => `(
  exists (select from bal_operateur b where b.adresse = ${adresse} and b.gone_load_id is null)
  or exists (select from bal_annuaire b where b.adresse = ${adresse} and b.gone_load_id is null)
  or exists (select from publication_connue c where c.adresse = ${adresse}))`;

const jour = (colonne: string): string => `(${colonne} at time zone 'Europe/Paris')::date`;

export const ciblesMetier: readonly Cible[] = [
  {
    nom: 'constat',
    categorie: 'constats',
    libelle: 'constats clos',
    table: 'constat',
    condition: `t.closed_run_id is not null and t.closed_at < $1::timestamptz`,
    // The curves go on from these counts (src/store/decompte.ts).
    avec: [
      `compte as (insert into constat_decompte as d (code, domaine, jour, ouverts, clos)
        select code, domaine, jour, sum(ouvert), sum(clos) from (
          select code, domaine, ${jour('opened_at')} as jour, 1 as ouvert, 0 as clos from lot
          union all select code, domaine, ${jour('closed_at')}, 0, 1 from lot) m group by code, domaine, jour
        on conflict (code, domaine, jour) do update set ouverts = d.ouverts + excluded.ouverts,
          clos = d.clos + excluded.clos)`,
    ],
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'domaine_ressemblant',
    categorie: 'constats',
    libelle: 'domaines ressemblants disparus',
    table: 'domaine_ressemblant',
    condition: `t.disparu_at < $1::timestamptz`,
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'plan_decision',
    categorie: 'operations',
    libelle: 'décisions sur les plans',
    table: 'plan_decision',
    condition: `t.decided_at < $1::timestamptz
      and (t.plan_id is null or exists (select from plan p where p.id = t.plan_id and p.etat = 'remplace'))`,
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'plan',
    categorie: 'operations',
    libelle: 'auteurs des levées de gardes des plans',
    table: 'plan',
    condition: `t.etat = 'remplace' and t.computed_at < $1::timestamptz
      and jsonb_path_exists(t.gardes, '$[*].leveePar ? (@ != "${efface}")')`,
    maj: `gardes = (select jsonb_agg(case when g ->> 'leveePar' is null then g
        else g - 'motif' || '{"leveePar": "${efface}"}' end) from jsonb_array_elements(t.gardes) g)`,
    parcours: 'pages',
    estGardee: false,
  },
  {
    nom: 'demande',
    categorie: 'demandes',
    libelle: 'demandes closes, avec leurs étapes et leur décision de suppression',
    table: 'demande',
    // A deletion that still holds back a BAL that is there must stay, or the next plan would publish it again.
    condition: `t.close_le < $1::timestamptz and not (t.etat = 'confirmee' and exists (
        select from suppression_decidee s where s.motif = 'DEMANDE_PS' and s.reference = 'demande-' || t.id
          and s.withdrawn_at is null) and ${estLa('t.adresse')})`,
    avec: [
      `decisions as (delete from suppression_decidee s using lot
        where s.motif = 'DEMANDE_PS' and s.reference = 'demande-' || lot.id)`,
    ],
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'cas_inactivite',
    categorie: 'hygiene',
    libelle: 'cas d’inactivité clos',
    table: 'cas_inactivite',
    condition: `t.clos_le < $1::timestamptz
      and (t.conservee_jusqua is null or t.conservee_jusqua < $1::timestamptz)`,
    avec: [
      `decisions as (delete from suppression_decidee s using lot
        where s.motif = 'INACTIVE' and s.reference = 'inactivite-' || lot.id)`,
    ],
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'hygiene_run',
    categorie: 'hygiene',
    libelle: 'auteurs des passages d’hygiène',
    table: 'hygiene_run',
    condition: `t.started_at < $1::timestamptz and t.author <> '${efface}'`,
    maj: `author = '${efface}'`,
    parcours: 'pages',
    estGardee: false,
  },
];
