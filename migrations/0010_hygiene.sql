-- The hygiene cycle: inactive BAL told, given time, then proposed for deletion (CNIL 2014-239); BAL that fill up (EX_GBM_4470).

-- One occasion of inactivity of one BAL. src/domain/cycle-inactivite.ts tells its states.
create table cas_inactivite (
  id bigint generated always as identity primary key,
  adresse text collate "C" not null,
  domaine text collate "C" not null,
  etat text collate "C" not null default 'a-prevenir' check (etat in ('a-prevenir', 'prevenue', 'delai-en-cours',
    'a-supprimer', 'supprimee', 'conservee', 'reauthentifiee')),
  -- why it did not advance at the last run
  attente text collate "C",
  -- last sign of life when it was opened: an authentication, else the creation
  activite_le timestamptz not null,
  est_authentification boolean not null,
  -- nothing is deleted before
  limite_le timestamptz not null,
  ouvert_le timestamptz not null,
  -- the notices: handed to the mail, the earliest deletion that they tell, the first that left
  avis_cles text[] not null default '{}',
  avis_demande_le timestamptz,
  annonce_le timestamptz,
  avis_parti_le timestamptz,
  echeance_le timestamptz,
  rappel_cles text[] not null default '{}',
  rappel_le timestamptz,
  decidee_le timestamptz,
  clos_le timestamptz,
  cloture text check (cloture in ('authentification', 'absente', 'plus-concernee', 'opposition', 'administrateur')),
  -- of a BAL that somebody keeps: no other case until then
  conservee_jusqua timestamptz,
  -- who kept it and why; of an objection by the link, the post that it came from (EX_GDT_5040)
  auteur text,
  motif text,
  poste_adresse text,
  poste_agent text,
  constraint cas_inactivite_clos check (
    (etat in ('supprimee', 'conservee', 'reauthentifiee')) = (clos_le is not null)
    and (clos_le is null) = (cloture is null)),
  -- Nobody is proposed for deletion whose notice did not leave, or who had less than two weeks: whoever writes here.
  constraint cas_inactivite_delai check (etat not in ('delai-en-cours', 'a-supprimer')
    or (avis_parti_le is not null and echeance_le >= avis_parti_le + interval '360 hours'
      and echeance_le >= limite_le) is true),
  constraint cas_inactivite_terme check (etat <> 'a-supprimer' or (decidee_le >= echeance_le) is true)
);
create unique index cas_inactivite_ouvert on cas_inactivite (adresse) where clos_le is null;
create index cas_inactivite_adresse on cas_inactivite (adresse, id);
create index cas_inactivite_suivi on cas_inactivite (id) where clos_le is null;

create function cas_inactivite_transition() returns trigger
language plpgsql as $$
begin
  if new.etat <> old.etat and not new.etat = any (case old.etat
    when 'a-prevenir' then '{prevenue,supprimee,conservee,reauthentifiee}'::text[]
    when 'prevenue' then '{delai-en-cours,supprimee,conservee,reauthentifiee}'::text[]
    when 'delai-en-cours' then '{a-supprimer,supprimee,conservee,reauthentifiee}'::text[]
    when 'a-supprimer' then '{supprimee,conservee,reauthentifiee}'::text[]
    else '{}'::text[] end) then
    raise exception 'cas %: % -> % is not a legal transition', old.id, old.etat, new.etat
      using errcode = 'check_violation', constraint = 'cas_inactivite_transition';
  end if;
  return new;
end
$$;

create trigger cas_inactivite_transition before update of etat on cas_inactivite
  for each row execute function cas_inactivite_transition();

-- The last threshold of its quota that the users of a BAL were told.
create table avis_quota (
  adresse text collate "C" primary key,
  domaine text collate "C" not null,
  -- 0: none, or armed again
  seuil smallint not null check (seuil in (0, 80, 90, 100)),
  -- how many notices so far: part of the key of each
  occasion integer not null,
  pourcent integer not null,
  change_le timestamptz not null
);

-- One run of the cycle: what it did, what stopped it, who overruled a guard.
create table hygiene_run (
  id integer generated always as identity primary key,
  started_at timestamptz not null,
  finished_at timestamptz,
  author text not null,
  -- why nobody advanced, in French; empty when everything was looked at
  arrets text[] not null default '{}',
  accepted_guards text[] not null default '{}',
  -- PER BAL in service, and those whose last authentication is known: how the next run sees dates disappear
  per_count integer not null,
  dated_count integer not null,
  counts jsonb not null default '{}'
);
