-- The `http` sources of the inventory: snapshots and events that a mail platform sends.

-- null: every source of the inventory. Judged for the scope « inventaire » only.
alter table api_key add column sources_inventaire text[] check (sources_inventaire <> '{}');

-- One snapshot received. The content itself is in a file of dataDir until it is imported, or refused by a guard and then
-- kept for a while for an administrator to accept (fichier).
create table inventaire_import (
  id bigint generated always as identity primary key,
  source text collate "C" not null,
  key_id integer references api_key (id),
  -- ndjson, csv
  format text collate "C" not null,
  -- en-cours, charge, inchange, refuse, echec, interrompu
  etat text collate "C" not null default 'en-cours',
  recu_le timestamptz not null,
  termine_le timestamptz,
  -- when the platform says that it looked; null: it did not say
  instantane_le timestamptz,
  octets bigint not null,
  sha256 bytea not null check (length(sha256) = 32),
  -- how the content is read: encoding told, wrong lines left aside
  lecture jsonb not null,
  load_id integer,
  -- figures of the import, once it is done
  compte jsonb,
  avertissements text[] not null default '{}',
  -- what refused it or failed: status, code, title, detail, first faults
  probleme jsonb,
  -- name of the kept file, while a guard's refusal can be overruled
  fichier text,
  accepte_par text
);
create index inventaire_import_source on inventaire_import (source, id desc);
create index inventaire_import_fichier on inventaire_import (id) where fichier is not null;

-- One answered list of events: what the same Idempotency-Key is answered again, and what it took away.
create table inventaire_lot (
  id bigint generated always as identity primary key,
  source text collate "C" not null,
  key_id integer not null references api_key (id),
  cle text collate "C" not null,
  -- of the content, and of what it was said to be
  empreinte bytea not null check (length(empreinte) = 32),
  recu_le timestamptz not null,
  -- what was answered, applied or refused
  verdict jsonb not null,
  load_id integer,
  -- BAL that were in service and no longer are: what the guard over the sliding window adds up
  perdues integer not null default 0
);
create unique index inventaire_lot_cle on inventaire_lot (key_id, source, cle);
create index inventaire_lot_fenetre on inventaire_lot (source, recu_le);

-- The newest event applied to each BAL: an older one that arrives late changes nothing, deleted BAL included.
create table bal_evenement (
  source text collate "C" not null,
  adresse text collate "C" not null,
  -- microseconds since 1970, as the platform dated it; a sequence tells events of one microsecond apart
  horodatage_us bigint not null,
  sequence bigint not null,
  recu_le timestamptz not null,
  primary key (source, adresse)
);
create index bal_evenement_recu on bal_evenement (source, recu_le);
