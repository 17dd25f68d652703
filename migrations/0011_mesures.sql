-- The figures of hygiene day by day, and the domains that resemble ours.

-- A day on which a reconciliation ended: without one, a figure that is not there was not looked at; with one, it is 0.
create table mesure_jour (
  -- Europe/Paris
  jour date primary key,
  -- the last of the day
  run_id integer not null references reconcile_run (id),
  mesure_at timestamptz not null,
  -- figures that a source never loaded kept from being known on that day
  non_evalues text[] not null default '{}'
);

-- One figure of one domain and type of BAL over the days on which it had one value, as the line tables keep presences: a
-- day that changes nothing writes nothing. 0 is no row. The view below gives a row a day.
create table mesure_hygiene (
  domaine text collate "C" not null,
  -- '' for what is not about BAL
  type_bal text collate "C" not null default '',
  -- src/domain/chiffre-hygiene.ts
  chiffre text collate "C" not null,
  valeur integer not null check (valeur > 0),
  -- first day with this value, and first day without it
  depuis date not null,
  jusqua date,
  check (jusqua > depuis),
  primary key (domaine, chiffre, type_bal, depuis)
);
create unique index mesure_hygiene_en_cours on mesure_hygiene (domaine, chiffre, type_bal) where jusqua is null;
create index mesure_hygiene_depuis on mesure_hygiene (depuis);
create index mesure_hygiene_jusqua on mesure_hygiene (jusqua);

create view mesure_du_jour as
  select j.jour, m.domaine, m.type_bal, m.chiffre, m.valeur
  from mesure_jour j join mesure_hygiene m on m.depuis <= j.jour and (m.jusqua is null or m.jusqua > j.jour);

-- Domains of the white list or of the extraction that may be taken for one of ours.
create table domaine_ressemblant (
  domaine text collate "C" primary key,
  -- ours
  proche text collate "C" not null,
  raison text collate "C" not null,
  -- French sentence
  explication text not null,
  -- who holds it, as the white list says; null when it is published without being there
  operateur text,
  premiere_vue_at timestamptz not null,
  derniere_vue_at timestamptz not null,
  -- since when it is in no source, or resembles none of ours any more
  disparu_at timestamptz,
  -- looked at by somebody, who found nothing wrong
  connu_at timestamptz,
  connu_par text,
  connu_motif text,
  check ((connu_at is null) = (connu_par is null))
);

-- What the last search looked at: the same again would find the same.
create table ressemblance_recherche (
  id boolean primary key default true check (id),
  empreinte text not null,
  cherche_at timestamptz not null
);
