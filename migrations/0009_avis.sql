-- What leaves towards people and programs: mails (avis), events and their webhooks (evenement, evenement_envoi), and the
-- keys that the program makes for itself.

-- The states of anything that leaves, mail or webhook:
-- a-envoyer -> en-envoi -> parti | refuse (it will never leave) | abandonne (too many attempts, or an end not known) | a-envoyer
create function envoi_transition() returns trigger
language plpgsql as $$
begin
  if new.etat <> old.etat and not new.etat = any (case old.etat
    when 'a-envoyer' then '{en-envoi,annule}'::text[]
    when 'en-envoi' then '{parti,refuse,abandonne,a-envoyer}'::text[]
    when 'refuse' then '{a-envoyer,annule}'::text[]
    when 'abandonne' then '{a-envoyer,annule}'::text[]
    else '{}'::text[] end) then
    raise exception '% %: % -> % is not a legal transition', tg_table_name, old.id, old.etat, new.etat
      using errcode = 'check_violation', constraint = 'envoi_transition';
  end if;
  return new;
end
$$;

-- One mail to one person.
create table avis (
  id bigint generated always as identity primary key,
  -- the caller's: the same notice is never queued twice
  cle text collate "C" not null unique,
  -- template: inactivite, quota-80...
  gabarit text collate "C" not null,
  -- whose templates and sender are used
  domaine text collate "C" not null,
  -- the BAL that it is about
  adresse text collate "C",
  destinataire text not null,
  -- what the template shows
  donnees jsonb not null,
  etat text not null default 'a-envoyer'
    check (etat in ('a-envoyer', 'en-envoi', 'parti', 'refuse', 'abandonne', 'annule')),
  tentatives integer not null default 0,
  -- ends not known: the connection was lost, or the program was killed, when the server may have accepted the message
  doutes integer not null default 0,
  prochain_envoi_le timestamptz not null,
  cree_le timestamptz not null,
  -- of the attempts since it was last put in the queue: what bounds them in time, and the pace
  premiere_tentative_le timestamptz,
  derniere_tentative_le timestamptz,
  parti_le timestamptz,
  annule_le timestamptz,
  bail_jusqua timestamptz,
  envoyeur text,
  dernier_code text,
  -- French
  dernier_message text,
  -- the same at every attempt: a server or a reader can tell a doubled message
  message_id text not null,
  constraint avis_bail check ((etat = 'en-envoi') = (bail_jusqua is not null and envoyeur is not null)),
  constraint avis_parti check ((etat = 'parti') = (parti_le is not null)),
  constraint avis_annule check ((etat = 'annule') = (annule_le is not null))
);
create index avis_a_envoyer on avis (prochain_envoi_le, id) where etat = 'a-envoyer';
create index avis_en_envoi on avis (bail_jusqua) where etat = 'en-envoi';
create index avis_etat on avis (etat, id);
create index avis_adresse on avis (adresse, id) where adresse is not null;
create index avis_debit on avis (derniere_tentative_le) where derniere_tentative_le is not null;
create trigger avis_transition before update of etat on avis
  for each row execute function envoi_transition();

-- Something that happened, for the programs of the opérateur.
create table evenement (
  id bigint generated always as identity primary key,
  -- the same event is never published twice
  cle text collate "C" not null unique,
  type text collate "C" not null,
  donnees jsonb not null,
  survenu_le timestamptz not null,
  -- the `webhook-id` of every attempt, whatever the endpoint
  webhook_id text collate "C" not null unique,
  -- when it was handed to the endpoints of the settings of that moment
  reparti_le timestamptz
);
create index evenement_a_repartir on evenement (id) where reparti_le is null;
create index evenement_type on evenement (type, survenu_le);

-- One event for one endpoint, named as in the settings.
create table evenement_envoi (
  id bigint generated always as identity primary key,
  evenement_id bigint not null references evenement (id) on delete cascade,
  point text collate "C" not null,
  etat text not null default 'a-envoyer'
    check (etat in ('a-envoyer', 'en-envoi', 'parti', 'refuse', 'abandonne', 'annule')),
  tentatives integer not null default 0,
  doutes integer not null default 0,
  prochain_envoi_le timestamptz not null,
  cree_le timestamptz not null,
  premiere_tentative_le timestamptz,
  derniere_tentative_le timestamptz,
  parti_le timestamptz,
  annule_le timestamptz,
  bail_jusqua timestamptz,
  envoyeur text,
  dernier_code text,
  dernier_message text,
  unique (evenement_id, point),
  constraint evenement_envoi_bail check ((etat = 'en-envoi') = (bail_jusqua is not null and envoyeur is not null)),
  constraint evenement_envoi_parti check ((etat = 'parti') = (parti_le is not null)),
  constraint evenement_envoi_annule check ((etat = 'annule') = (annule_le is not null))
);
create index evenement_envoi_a_envoyer on evenement_envoi (point, prochain_envoi_le, id) where etat = 'a-envoyer';
create index evenement_envoi_en_envoi on evenement_envoi (bail_jusqua) where etat = 'en-envoi';
create index evenement_envoi_etat on evenement_envoi (etat, id);
create trigger evenement_envoi_transition before update of etat on evenement_envoi
  for each row execute function envoi_transition();

-- Endpoints that answered that they are gone (410): nothing is sent there until the address changes or a person says so.
create table point_ecarte (
  point text collate "C" primary key,
  -- fingerprint of the address that said so
  url_empreinte text not null,
  ecarte_le timestamptz not null,
  message text not null
);

-- Keys that the program makes once for itself when the settings give none.
create table cle_interne (
  nom text collate "C" primary key,
  valeur bytea not null check (length(valeur) >= 32),
  cree_le timestamptz not null default now()
);
