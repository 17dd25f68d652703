-- The memory of the directory.
--
-- Line tables (bal_annuaire, activite, ...) hold one row per line *and presence interval*: a row is in service
-- while gone_load_id is null; a changed line is its old row closed and a new row opened in the same load. Nothing
-- is ever updated in place, so "since when" and "what it was before" can always be answered, and an unchanged line
-- costs no write. first_load_id and gone_load_id are source_load.id; there is no foreign key on purpose: checking
-- one on 2.2 million rows costs as much as loading them, and only the loader writes these tables.

-- One version of a source that was put in service. The newest row of a source is the one in service.
create table source_load (
  id integer generated always as identity primary key,
  source text not null check (source in
    ('bals', 'professionnels', 'identites', 'finess', 'liste-blanche', 'adeli-rpps', 'inventaire')),
  -- version token: the published file name without its extension
  version text not null,
  -- generation time told by the file; null when it does not tell
  genere_le timestamptz,
  loaded_at timestamptz not null default now(),
  origin text not null,
  size_bytes bigint not null,
  -- order and names of the columns, and revision of our own reading of them: when it differs, line hashes of the
  -- previous load cannot be compared with this one's
  layout text not null default '',
  line_count integer not null,
  rejected_count integer not null default 0,
  duplicate_count integer not null default 0,
  added_count integer not null,
  gone_count integer not null,
  -- true for a first load: no list of changes was kept, everything is to be reconciled
  is_full boolean not null,
  -- French sentences shown wherever the source is (unknown columns, unsigned white list, overruled guard...)
  warnings text[] not null default '{}'
);
create index source_load_source on source_load (source, id desc);

-- One attempt, whatever came of it.
create table source_run (
  id integer generated always as identity primary key,
  source text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  outcome text not null default 'running' check (outcome in
    ('running', 'loaded', 'unchanged', 'nothing-new', 'refused', 'failed', 'interrupted')),
  version text,
  origin text,
  load_id integer references source_load (id),
  -- stable code of the refusal or failure, and its French sentence
  code text,
  message text,
  -- who overruled a guard, and which one
  accepted_guards text[] not null default '{}'
);
create index source_run_source on source_run (source, id desc);

-- Lines that could not be used, of one attempt (at most a bounded number is kept; the count is in source_load).
create table source_reject (
  run_id integer not null references source_run (id) on delete cascade,
  file text not null,
  line integer not null,
  column_name text,
  code text not null,
  message text not null
);
create index source_reject_run on source_reject (run_id, line);

-- What a load changed, so that reconciliation can look again at that only. Empty for a full load.
-- The same key may be noted several times; no constraint is paid for on each of what can be many rows.
create table source_change (
  load_id integer not null,
  -- adresse: lower-cased address; titulaire: identifiant_pp; structure: finess, siret or technical id;
  -- domaine: domain name
  kind text not null check (kind in ('adresse', 'titulaire', 'structure', 'domaine')),
  cle text collate "C" not null
);
create index source_change_load on source_change (load_id, kind);

-- IdNat_Struct (TRE_G07 digit + identifier) from the two cells of a file, whose exact wording the ANS has not
-- published (docs/ecarts.md): codes or labels, identifier bare or already prefixed.
create function id_nat_struct(type_identifiant text, identifiant text) returns text
language sql immutable parallel safe return
  case
    when identifiant is null or identifiant = '' then null
    when type_identifiant = '40' then upper(identifiant)
    when length(identifiant) = 9 and (type_identifiant is null or type_identifiant in ('1', '5', '6')
      or upper(type_identifiant) like 'FINESS%') then '1' || upper(identifiant)
    when length(identifiant) = 10 and identifiant like '1%' and (type_identifiant is null
      or type_identifiant in ('1', '5', '6') or upper(type_identifiant) like 'FINESS%')
      then upper(identifiant)
    when length(identifiant) = 9 and (type_identifiant = '2' or upper(type_identifiant) = 'SIREN')
      then '2' || identifiant
    when length(identifiant) = 10 and identifiant like '2%'
      and (type_identifiant = '2' or upper(type_identifiant) = 'SIREN') then identifiant
    when length(identifiant) = 14 and (type_identifiant is null or type_identifiant = '3'
      or upper(type_identifiant) = 'SIRET') then '3' || upper(identifiant)
    when length(identifiant) = 15 and identifiant like '3%' and (type_identifiant is null
      or type_identifiant = '3' or upper(type_identifiant) = 'SIRET') then upper(identifiant)
    when type_identifiant in ('0', '4') and identifiant like type_identifiant || '%'
      and length(identifiant) > 14 then upper(identifiant)
    when type_identifiant in ('0', '1', '2', '3', '4') then type_identifiant || upper(identifiant)
    else coalesce(type_identifiant, '?') || ':' || upper(identifiant)
  end;

-- Extraction_Correspondance_MSSante: one line = one BAL x one attachment.
create table bal_annuaire (
  ligne_hash bigint not null,
  first_load_id integer not null,
  gone_load_id integer,
  -- lower-cased: the key of a BAL
  adresse text collate "C" not null,
  domaine text collate "C" not null,
  adresse_publiee text not null,
  type_bal text collate "C",
  type_identifiant_pp text collate "C",
  identifiant_pp text collate "C",
  identification_nationale_pp text collate "C",
  type_identifiant_structure text collate "C",
  identification_structure text collate "C",
  service_rattachement text,
  civilite_exercice text,
  nom_exercice text,
  prenom_exercice text,
  categorie_profession text,
  libelle_categorie_profession text,
  code_profession text,
  libelle_profession text,
  code_savoir_faire text,
  libelle_savoir_faire text,
  dematerialisation text,
  raison_sociale text,
  enseigne_commerciale text,
  complement_localisation text,
  complement_distribution text,
  numero_voie text,
  complement_numero_voie text,
  type_voie text,
  libelle_voie text,
  lieu_dit text,
  ligne_acheminement text,
  code_postal text,
  departement text,
  pays text,
  structure_id text collate "C"
    generated always as (id_nat_struct(type_identifiant_structure, identification_structure)) stored
);

-- PS_LibreAcces_Personne_activite, its person and activity columns; the structure's own columns are kept once.
create table activite (
  ligne_hash bigint not null,
  first_load_id integer not null,
  gone_load_id integer,
  -- null when the line names no structure
  structure_hash bigint,
  type_identifiant_pp text collate "C",
  identifiant_pp text collate "C",
  code_civilite_exercice text,
  code_civilite text,
  nom_exercice text,
  prenom_exercice text,
  code_profession text collate "C",
  code_categorie_professionnelle text collate "C",
  code_type_savoir_faire text collate "C",
  code_savoir_faire text collate "C",
  code_mode_exercice text collate "C",
  code_secteur_activite text collate "C",
  code_section_pharmacien text collate "C",
  code_role text collate "C",
  code_genre_activite text collate "C"
);

-- The structure columns of Personne_activite, each distinct set of values once (activite.structure_hash).
create table structure_exercice (
  ligne_hash bigint not null,
  first_load_id integer not null,
  gone_load_id integer,
  siret text collate "C",
  siren text collate "C",
  finess_site text collate "C",
  finess_ej text collate "C",
  identifiant_technique text collate "C",
  raison_sociale text,
  enseigne_commerciale text,
  complement_destinataire text,
  complement_point_geographique text,
  numero_voie text,
  indice_repetition_voie text,
  code_type_voie text,
  libelle_type_voie text,
  libelle_voie text,
  mention_distribution text,
  bureau_cedex text,
  code_postal text,
  code_commune text,
  libelle_commune text,
  code_pays text,
  libelle_pays text,
  telephone text,
  telephone2 text,
  telecopie text,
  adresse_email text,
  code_departement text,
  libelle_departement text,
  ancien_identifiant text collate "C",
  autorite_enregistrement text
);

-- PS_LibreAcces_SavoirFaire.
create table savoir_faire (
  ligne_hash bigint not null,
  first_load_id integer not null,
  gone_load_id integer,
  type_identifiant_pp text collate "C",
  identifiant_pp text collate "C",
  nom_exercice text,
  prenom_exercice text,
  code_profession text collate "C",
  code_categorie_professionnelle text collate "C",
  code_type_savoir_faire text collate "C",
  code_savoir_faire text collate "C"
);

-- Extraction_ProSanteConnect. Birth data, private telephone and private mail are deliberately not kept.
create table identite (
  ligne_hash bigint not null,
  first_load_id integer not null,
  gone_load_id integer,
  type_identifiant_pp text collate "C",
  identifiant_pp text collate "C",
  nom_famille text,
  prenoms text,
  code_civilite text,
  nom_exercice text,
  prenom_exercice text,
  code_profession text collate "C",
  code_categorie_professionnelle text collate "C",
  code_type_savoir_faire text collate "C",
  code_savoir_faire text collate "C",
  code_mode_exercice text collate "C",
  code_secteur_activite text collate "C",
  code_role text collate "C",
  code_genre_activite text collate "C",
  siret text collate "C",
  siren text collate "C",
  finess_site text collate "C",
  finess_ej text collate "C",
  identifiant_technique text collate "C",
  raison_sociale text,
  ancien_identifiant text collate "C",
  autres_identifiants text
);

-- FINESS: entités juridiques (EJ) and entités géographiques (EG).
create table structure_finess (
  ligne_hash bigint not null,
  first_load_id integer not null,
  gone_load_id integer,
  finess text collate "C" not null,
  nature text collate "C" not null check (nature in ('EJ', 'EG')),
  -- the EJ of an EG; the EJ itself for an EJ
  finess_ej text collate "C",
  siret text collate "C",
  siren text collate "C",
  raison_sociale text,
  code_categorie text,
  date_ouverture date,
  date_fermeture date,
  -- closed: a closing date in the past when loaded, or an administrative state that says so
  is_closed boolean not null
);

-- Liste blanche: one row per (domain, certificate of the opérateur).
create table domaine_liste_blanche (
  ligne_hash bigint not null,
  first_load_id integer not null,
  gone_load_id integer,
  domaine text collate "C" not null,
  description text,
  dn_certificat text not null,
  -- O and OU of the DN: name and 3+SIRET or 1+FINESS of the opérateur
  operateur text,
  identifiant_operateur text,
  responsable_contact text,
  support_contact text,
  date_maj timestamptz
);

-- Correspondance ADELI -> RPPS.
create table correspondance_adeli (
  ligne_hash bigint not null,
  first_load_id integer not null,
  gone_load_id integer,
  adeli text collate "C" not null,
  rpps text collate "C" not null
);

-- Inventaire: the mailboxes that the opérateur hosts, one row per BAL x attachment. derniere_authentification,
-- taille_octets and quota_octets move every day on most rows; they are updated in place and make no history.
create table bal_operateur (
  ligne_hash bigint not null,
  first_load_id integer not null,
  gone_load_id integer,
  adresse text collate "C" not null,
  domaine text collate "C" not null,
  adresse_saisie text not null,
  type_bal text collate "C" not null,
  type_identifiant_pp text collate "C",
  identifiant_pp text collate "C",
  type_identifiant_structure text collate "C",
  identification_structure text collate "C",
  service_rattachement text,
  responsable text,
  description text,
  liste_rouge boolean not null default false,
  preferee boolean not null default false,
  -- actif, suspendu, ferme
  etat text collate "C" not null default 'actif' check (etat in ('actif', 'suspendu', 'ferme')),
  date_creation date,
  transfert_vers text collate "C",
  derniere_authentification timestamptz,
  taille_octets bigint,
  quota_octets bigint,
  structure_id text collate "C"
    generated always as (id_nat_struct(type_identifiant_structure, identification_structure)) stored
) with (
  -- room for the daily updates on the same page: with no index on what they change, they leave all indexes alone
  fillfactor = 50
);

-- Indexes of the line tables. The loader drops and rebuilds those of an empty table on its first load, reading their
-- definitions from the catalogue: keep each one a plain create index.
create index bal_annuaire_adresse on bal_annuaire (adresse) where gone_load_id is null;
create index bal_annuaire_domaine on bal_annuaire (domaine) where gone_load_id is null;
create index bal_annuaire_identifiant_pp on bal_annuaire (identifiant_pp) where gone_load_id is null;
create index bal_annuaire_structure_id on bal_annuaire (structure_id) where gone_load_id is null;
create index bal_annuaire_gone on bal_annuaire (adresse) where gone_load_id is not null;
create index activite_identifiant_pp on activite (identifiant_pp) where gone_load_id is null;
create index activite_structure_hash on activite (structure_hash) where gone_load_id is null;
create index activite_gone on activite (identifiant_pp) where gone_load_id is not null;
create index structure_exercice_ligne_hash on structure_exercice (ligne_hash) where gone_load_id is null;
create index structure_exercice_finess_site on structure_exercice (finess_site) where gone_load_id is null;
create index structure_exercice_finess_ej on structure_exercice (finess_ej) where gone_load_id is null;
create index structure_exercice_siret on structure_exercice (siret) where gone_load_id is null;
create index structure_exercice_siren on structure_exercice (siren) where gone_load_id is null;
create index structure_exercice_identifiant_technique on structure_exercice (identifiant_technique)
  where gone_load_id is null;
create index savoir_faire_identifiant_pp on savoir_faire (identifiant_pp) where gone_load_id is null;
create index identite_identifiant_pp on identite (identifiant_pp) where gone_load_id is null;
create index structure_finess_finess on structure_finess (finess) where gone_load_id is null;
create index structure_finess_finess_ej on structure_finess (finess_ej) where gone_load_id is null;
create index structure_finess_siret on structure_finess (siret) where gone_load_id is null;
create index structure_finess_siren on structure_finess (siren) where gone_load_id is null;
create index domaine_liste_blanche_domaine on domaine_liste_blanche (domaine) where gone_load_id is null;
create index correspondance_adeli_adeli on correspondance_adeli (adeli) where gone_load_id is null;
create index bal_operateur_adresse on bal_operateur (adresse) where gone_load_id is null;
create index bal_operateur_domaine on bal_operateur (domaine) where gone_load_id is null;
create index bal_operateur_identifiant_pp on bal_operateur (identifiant_pp) where gone_load_id is null;
create index bal_operateur_structure_id on bal_operateur (structure_id) where gone_load_id is null;

-- One reconciliation.
create table reconcile_run (
  id integer generated always as identity primary key,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  -- the clock that INACTIVE was judged by
  judged_at timestamptz not null,
  mode text not null check (mode in ('full', 'delta')),
  -- source -> source_load.id that it saw
  loads jsonb not null,
  -- fingerprint of the settings that the verdicts depend on: when it differs, the next run is full
  settings_fingerprint text not null,
  bal_count integer,
  opened_count integer,
  closed_count integer,
  open_count integer
);

-- A finding. Open while closed_run_id is null; a constat that stops holding is closed, one that comes back is a new row.
create table constat (
  id bigint generated always as identity primary key,
  code text collate "C" not null,
  groupe text collate "C" not null,
  domaine text collate "C" not null,
  -- null for a finding about a whole domain
  adresse text collate "C",
  -- tells several findings of one code about one BAL apart (its structure); '' when there can be only one
  precision text collate "C" not null default '',
  type_bal text collate "C",
  -- the values on both sides that make it true
  valeurs jsonb not null,
  opened_run_id integer not null references reconcile_run (id),
  opened_at timestamptz not null,
  -- last time its values changed while it stayed open
  changed_at timestamptz not null,
  closed_run_id integer references reconcile_run (id),
  closed_at timestamptz
);
create unique index constat_open on constat (code, domaine, coalesce(adresse, ''), precision)
  where closed_run_id is null;
create index constat_adresse on constat (adresse) where closed_run_id is null;
create index constat_domaine on constat (domaine, code) where closed_run_id is null;
