-- When this database came out of a backup: what was sent to the Annuaire after the backup was made, it does not know.
create table restauration (
  id integer generated always as identity primary key,
  -- the state that came back
  sauvegarde_du timestamptz not null,
  restauree_le timestamptz not null,
  auteur text not null check (char_length(auteur) between 1 and 200),
  -- until then nothing is sent: a plan made from an extraction and an inventory that are newer than the restoration, or a person
  levee_le timestamptz check (levee_le >= restauree_le),
  levee_par text check (char_length(levee_par) between 1 and 200),
  levee_raison text check (char_length(levee_raison) between 1 and 2000),
  check ((levee_le is null) = (levee_par is null))
);

-- One at a time holds the sending back: a second restoration takes the place of the first.
create unique index restauration_en_vigueur on restauration ((true)) where levee_le is null;
