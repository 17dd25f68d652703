-- How long things are kept (EX_GDT_5070), the proof of what was purged, the look-ups that were served, and an audit trail that the
-- program's own account can only add to.

-- One run of `purge`: what a data protection officer files. It holds no personal data but the account that ran it.
create table purge_passage (
  id bigint generated always as identity primary key,
  commence_le timestamptz not null,
  termine_le timestamptz check (termine_le >= commence_le),
  -- the instant that durations are counted back from; a run that is resumed keeps it
  reference_le timestamptz not null,
  etat text collate "C" not null default 'en-cours' check (etat in ('en-cours', 'termine', 'interrompu')),
  auteur text not null,
  version text not null,
  correlation text,
  -- 1, then one more each time that it was begun again
  reprises integer not null default 1 check (reprises >= 1),
  -- guards that somebody overruled
  gardes_levees text[] not null default '{}',
  check ((etat = 'en-cours') = (termine_le is null))
);

-- One target of a run: the counts before and after, the boundary, and what is left that is older (0 proves it).
create table purge_compte (
  passage_id bigint not null references purge_passage (id),
  -- src/store/purge/cible.ts
  cible text collate "C" not null,
  categorie text collate "C" not null,
  action text collate "C" not null check (action in ('effacement', 'anonymisation')),
  jours integer not null check (jours >= 0),
  -- what is older is at its term
  avant timestamptz not null,
  total_avant bigint not null,
  a_terme bigint not null,
  traites bigint not null default 0,
  total_apres bigint,
  restants bigint,
  termine_le timestamptz,
  primary key (passage_id, cible)
);

-- Findings that were purged, counted: the curves of the past stay what they were.
create table constat_decompte (
  code text collate "C" not null,
  domaine text collate "C" not null,
  -- Europe/Paris
  jour date not null,
  ouverts integer not null default 0,
  clos integer not null default 0,
  primary key (code, domaine, jour)
);

-- Without them, each operation that goes would read the whole table for those that refer to it.
create index feed_operation_apres on feed_operation (apres_id) where apres_id is not null;
create index publication_connue_operation on publication_connue (operation_id) where operation_id is not null;

-- Look-ups served, counted by day: never what was looked for.
create table consultation_compte (
  -- Europe/Paris
  jour date not null,
  interface text collate "C" not null check (interface in ('ldap', 'api')),
  -- the account or the key; '' for whoever did not sign in
  compte text collate "C" not null check (char_length(compte) <= 200),
  operation text collate "C" not null check (char_length(operation) <= 60),
  -- as the interface says it: an LDAP result code, an HTTP status
  resultat text collate "C" not null check (char_length(resultat) <= 20),
  nombre bigint not null check (nombre > 0),
  -- entries returned
  entrees bigint not null default 0,
  primary key (jour, interface, compte, operation, resultat)
);

-- The share of them that a setting asks to keep: what EX_GDT_5040 wants of each, the filter reduced.
create table consultation_echantillon (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  interface text collate "C" not null check (interface in ('ldap', 'api')),
  compte text collate "C" not null check (char_length(compte) <= 200),
  adresse text collate "C" check (char_length(adresse) <= 100),
  agent text check (char_length(agent) <= 300),
  operation text collate "C" not null check (char_length(operation) <= 60),
  -- names of attributes only, unless a setting says otherwise
  demande text check (char_length(demande) <= 1000),
  resultat text collate "C" not null check (char_length(resultat) <= 20),
  entrees integer not null,
  duree_ms integer not null
);
create index consultation_echantillon_at on consultation_echantillon (at);

-- A decision that a command is about to make: gone with the trace of what came of it. One whose program died is itself traced.
create table trace_intention (
  id uuid primary key,
  commence_le timestamptz not null,
  hote text not null check (char_length(hote) <= 300),
  pid integer not null,
  -- the trace, without what came of it; masked as the trail is
  trace jsonb not null check (octet_length(trace::text) <= 65536)
);

-- From here on, what writes to the trail does it by these two functions. Where `migrate --roles` gave the trail an owner of its own,
-- the program's account can do nothing else to it: it may execute them, and read.
-- Six months at least, whoever asks (CNIL, délibération 2021-122): a stolen account of the program must not empty the trail.
-- By the clock of the server, which that account does not set.
create function trace_age_min() returns interval
language sql immutable parallel safe return interval '180 days';

-- They run with the rights of their owner: they look nothing up where their caller may create, not even a function whose arguments
-- would match better. Hence each table is named with its schema.
do $faire$
begin
  execute replace($texte$create function @.trace_ajouter(le text, action text, issue text, empreinte_contenu bytea, sel text, auteur_genre text,
  auteur_id text, auteur_nom text, objets text[], poste_adresse text, poste_agent text, requete text, reponse text,
  correlation text) returns void
language plpgsql security definer
set search_path to pg_catalog, pg_temp
as $corps$
#variable_conflict use_column
begin
  -- One statement: whoever waits for the row of the head then goes on from what the other left there.
  with tete as (
    update @.trace_tete t set sequence = t.sequence + 1, precedente = t.empreinte,
      empreinte = sha256(convert_to(concat_ws('|', t.sequence + 1, $1, $2, $3,
        encode(t.empreinte, 'hex'), encode($4, 'hex')), 'UTF8'))
    returning t.sequence, t.precedente, t.empreinte),
  noms as (
    insert into @.trace_objet (objet, at, sequence)
    select distinct nom, $1::timestamptz, tete.sequence from tete, unnest($9) nom
    on conflict do nothing)
  insert into @.trace (sequence, at, action, issue, empreinte, empreinte_precedente, empreinte_contenu, sel,
    auteur_genre, auteur_id, auteur_nom, objets, poste_adresse, poste_agent, requete, reponse, correlation)
  select tete.sequence, $1::timestamptz, $2, $3, tete.empreinte, tete.precedente, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
  from tete;
end
$corps$$texte$, '@.', quote_ident(current_schema()) || '.');
  execute replace($texte$create or replace function @.trace_effacer_contenus(avant timestamptz, lot integer, le timestamptz) returns integer
language plpgsql security definer
set search_path to pg_catalog, pg_temp
set annuaire_sync.effacement = 'oui'
as $corps$
declare
  nombre integer;
begin
  if avant > clock_timestamp() - @.trace_age_min() then
    raise exception 'contents of the audit trail younger than % are not erased', @.trace_age_min()
      using errcode = 'restrict_violation', constraint = 'trace_age_min';
  end if;
  with anciennes as (
    select t.sequence, t.objets from @.trace t
    where t.effacee_le is null and t.at < $1 order by t.at limit $2 for update
  ), effacees as (
    update @.trace t set sel = null, auteur_genre = null, auteur_id = null, auteur_nom = null, objets = '{}',
      poste_adresse = null, poste_agent = null, requete = null, reponse = null, correlation = null, effacee_le = $3
    from anciennes a where t.sequence = a.sequence
    returning t.sequence, t.at, a.objets
  ), oubliees as (
    delete from @.trace_objet o using effacees e
    where o.objet = any (e.objets) and o.at = e.at and o.sequence = e.sequence
  )
  select count(*)::integer into nombre from effacees;
  return nombre;
end
$corps$$texte$, '@.', quote_ident(current_schema()) || '.');
end
$faire$;
