-- The second way in to /demande: links sent to another BAL of the same holder. Each opens once, and not for long.
create table lien_connexion (
  -- SHA-256 of what the link carries: a stolen copy of this table opens nothing.
  empreinte bytea primary key check (octet_length(empreinte) = 32),
  rpps text collate "C" not null check (rpps ~ '^[0-9]{11}$'),
  nom text not null check (char_length(nom) <= 200),
  cree_le timestamptz not null,
  expire_le timestamptz not null check (expire_le > cree_le),
  utilise_le timestamptz check (utilise_le <= expire_le)
);

create index lien_connexion_expire on lien_connexion (expire_le);
