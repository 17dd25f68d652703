-- Local accounts of the console, for an opérateur without an OpenID Connect provider of its own.

create table compte (
  id integer generated always as identity primary key,
  -- what is typed to sign in; never given to another account, so that the trail names one person
  nom text collate "C" not null check (nom ~ '^[a-z0-9][a-z0-9._@-]{1,63}$'),
  role text collate "C" not null check (role in ('lecteur', 'gestionnaire', 'approbateur')),
  -- argon2id, as its PHC string; null until the account is activated
  mot_de_passe text check (mot_de_passe like '$argon2id$%'),
  mot_de_passe_le timestamptz,
  -- of the one-time passwords (RFC 6238): nonce, tag and AES-256-GCM ciphertext, bound to the row's name
  totp_secret bytea not null,
  -- since when a first code proved that its holder has the secret
  totp_confirme_le timestamptz,
  -- the last time step whose code was accepted: no code is accepted twice
  totp_dernier_pas bigint,
  -- SHA-256 of the code of first activation, 256 random bits
  activation_empreinte bytea check (length(activation_empreinte) = 32),
  activation_expire_le timestamptz,
  -- Sessions hold the version that they were opened under: those of an older one are over.
  version integer not null default 1,
  cree_le timestamptz not null,
  cree_par text not null,
  desactive_le timestamptz,
  desactive_par text,
  derniere_connexion_le timestamptz,
  check ((mot_de_passe is null) = (mot_de_passe_le is null)),
  check ((activation_empreinte is null) = (activation_expire_le is null)),
  check ((desactive_le is null) = (desactive_par is null))
);
create unique index compte_nom on compte (nom);
create unique index compte_activation on compte (activation_empreinte) where activation_empreinte is not null;

-- Whoever writes here ends the sessions that rested on what was before.
create function compte_version() returns trigger
language plpgsql as $$
begin
  if (new.role, new.mot_de_passe, new.totp_secret, new.desactive_le)
    is distinct from (old.role, old.mot_de_passe, old.totp_secret, old.desactive_le) then
    new.version := old.version + 1;
  end if;
  return new;
end
$$;

create trigger compte_version before update on compte for each row execute function compte_version();

-- Recovery codes: in the place of a one-time password, once each.
create table compte_secours (
  compte_id integer not null references compte (id) on delete cascade,
  -- SHA-256 of 80 random bits
  empreinte bytea not null check (length(empreinte) = 32),
  employe_le timestamptz,
  primary key (compte_id, empreinte)
);

-- Attempts to sign in that did not succeed, by name as given (whether it is an account's or not) and by address.
create table essai_connexion (
  -- SHA-256 of what is counted: names that somebody tried are nobody's business
  cle bytea primary key check (length(cle) = 32),
  nombre integer not null,
  dernier_le timestamptz not null,
  -- nothing is verified before
  bloque_jusqua timestamptz
);
create index essai_connexion_dernier on essai_connexion (dernier_le);
