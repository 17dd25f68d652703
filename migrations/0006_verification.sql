-- What the opérateur's mail platform asks before it acts: who may ask (api_key), what was asked and answered (api_call),
-- and the index behind the search of a professional by his name.

-- A client of the API. The key itself is shown once and kept nowhere.
create table api_key (
  id integer generated always as identity primary key,
  nom text not null,
  -- SHA-256 of the key. A key is 256 random bits: nothing can be tried against its hash, so a slow one would add nothing.
  empreinte bytea not null check (length(empreinte) = 32),
  portees text[] not null check (portees <@ '{verification,lecture,inventaire}' and portees <> '{}'),
  -- null: the limit of the settings
  requetes_par_seconde integer check (requetes_par_seconde > 0),
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by text,
  -- to the minute: it is not worth a write for each call
  last_used_at timestamptz
);
create unique index api_key_empreinte on api_key (empreinte);
-- A name belongs to one key at a time, so that a trace and a revocation name one client.
create unique index api_key_nom on api_key (lower(nom)) where revoked_at is null;

-- One answered call. Kept: who, when, from where, what was asked about (the address, the RPPS or the structure; never a
-- name that was searched), the verdict and its codes. Bodies and names are not. The web service bounds the number of rows.
create table api_call (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  -- null when nobody could be recognised
  key_id integer references api_key (id),
  -- network address of the client
  origine text not null,
  action text collate "C" not null,
  objet text collate "C",
  status integer not null,
  -- autorise, refuse; null for what is not a verdict
  verdict text,
  -- codes of the reasons and warnings
  codes text[] not null default '{}',
  duree_ms integer not null
);
create index api_call_key on api_call (key_id, id desc);
create index api_call_objet on api_call (objet, id desc) where objet is not null;

-- A name as it is searched: small letters, no accent, hyphens and apostrophes as spaces. Nearly every name of the
-- national files is plain ASCII, which spares them the long translation: it would double the time of the index.
create function plier_nom(nom text) returns text
language sql immutable parallel safe return
  case when octet_length(nom) = length(nom) then translate(lower(nom collate "C"), '-''', '  ')
  else replace(replace(translate(lower(nom collate "C"),
    U&'\00C0\00C1\00C2\00C3\00C4\00C5\00E0\00E1\00E2\00E3\00E4\00E5\00C7\00E7\00C8\00C9\00CA\00CB\00E8\00E9\00EA\00EB\00CC\00CD\00CE\00CF\00EC\00ED\00EE\00EF\00D1\00F1\00D2\00D3\00D4\00D5\00D6\00F2\00F3\00F4\00F5\00F6\00D9\00DA\00DB\00DC\00F9\00FA\00FB\00FC\00DD\00FD\0178\00FF\0152\0153\00C6\00E6-''\2019\2010\2011\0300\0301\0302\0303\0308\0327',
    U&'aaaaaaaaaaaacceeeeeeeeiiiiiiiinnoooooooooouuuuuuuuyyyy\0153\0153\00E6\00E6     '),
    U&'\0153', 'oe'), U&'\00E6', 'ae') end;

create index activite_nom on activite
  (plier_nom(nom_exercice) collate "C", plier_nom(coalesce(prenom_exercice, '')) collate "C", identifiant_pp)
  where gone_load_id is null;
create index identite_nom on identite
  (plier_nom(nom_exercice) collate "C", plier_nom(coalesce(prenom_exercice, '')) collate "C", identifiant_pp)
  where gone_load_id is null;

-- Few rows, past ones included: tells since when a PER names no professional.
create index bal_operateur_type_10 on bal_operateur (adresse)
  where type_bal = 'PER' and (type_identifiant_pp = '10' or identifiant_pp is null);
