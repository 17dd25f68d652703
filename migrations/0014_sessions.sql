-- Sessions of the pages: who signed in, in which part of the site, and what his next page needs.
create table session_web (
  -- SHA-256 of the token that the browser holds: a stolen copy of this table opens nothing.
  empreinte bytea primary key check (octet_length(empreinte) = 32),
  espace text collate "C" not null check (espace in ('console', 'demande')),
  -- Who signed in, as the part of the site names him; null: nobody yet.
  titulaire text check (char_length(titulaire) <= 200),
  donnees jsonb not null default '{}' check (pg_column_size(donnees) <= 32768),
  poste_adresse text,
  poste_agent text,
  cree_le timestamptz not null,
  vue_le timestamptz not null,
  -- Whatever is done with it.
  expire_le timestamptz not null check (expire_le > cree_le)
);

create index session_web_titulaire on session_web (espace, titulaire) where titulaire is not null;
create index session_web_expire on session_web (expire_le);
