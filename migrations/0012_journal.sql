-- The audit trail (EX_GDT_5040): who did what, when, from where, with what answer. Append-only, each row chained to the one before.

-- The end of the chain. Its row lock, held until commit, is what puts writers in line.
create table trace_tete (
  id boolean primary key default true check (id),
  -- of the last trace; 0: none yet
  sequence bigint not null,
  precedente bytea not null,
  empreinte bytea not null
);
insert into trace_tete (sequence, precedente, empreinte)
values (0, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'));

-- src/domain/trace.ts gives the values, src/store/journal.ts the exact bytes that are hashed.
create table trace (
  sequence bigint primary key,
  -- exact time of the action, by the clock of the machine that did it
  at timestamptz not null,
  action text collate "C" not null check (action ~ '^[a-z][a-z-]*(\.[a-z][a-z-]*)?$' and length(action) <= 60),
  issue text collate "C" not null check (issue in ('reussite', 'refus', 'echec')),
  -- sha256 of this row's sequence, time, action and outcome, and of the two below: all that stays once the contents are erased
  empreinte bytea not null check (octet_length(empreinte) = 32),
  empreinte_precedente bytea not null check (octet_length(empreinte_precedente) = 32),
  empreinte_contenu bytea not null check (octet_length(empreinte_contenu) = 32),

  -- The contents, erased at term. The salt goes with them: a name cannot be guessed back from the hash that stays.
  sel text collate "C",
  auteur_genre text collate "C" check (auteur_genre in ('personne', 'client', 'programme')),
  auteur_id text collate "C",
  auteur_nom text,
  -- « bal:a@b.mssante.fr »
  objets text[] collate "C" not null default '{}' check (cardinality(objets) <= 20),
  poste_adresse text collate "C",
  poste_agent text,
  -- JSON as it was hashed, to the byte
  requete text check (octet_length(requete) <= 8192),
  reponse text check (octet_length(reponse) <= 8192),
  correlation text collate "C",
  effacee_le timestamptz,
  constraint trace_contenu check ((effacee_le is null) = (sel is not null and auteur_genre is not null and auteur_id is not null))
);
create index trace_at on trace (at, sequence);
create index trace_action on trace (action, at, sequence);
create index trace_issue on trace (issue, at, sequence) where issue <> 'reussite';
create index trace_auteur on trace (auteur_id, at, sequence);
create index trace_auteur_nom on trace (plier_nom(auteur_nom) collate "C", at, sequence);
create index trace_correlation on trace (correlation, at, sequence);
create index trace_a_effacer on trace (at) where effacee_le is null;

-- How traces are found by what they are about, the last first. `audit verify` tells of one that is missing.
create table trace_objet (
  objet text collate "C" not null,
  at timestamptz not null,
  sequence bigint not null,
  primary key (objet, at, sequence)
);

-- Erases the contents of the oldest traces before `avant`, at most `lot` of them; answers how many. The chain stays verifiable.
create function trace_effacer_contenus(avant timestamptz, lot integer, le timestamptz) returns integer
language sql
set annuaire_sync.effacement = 'oui'
as $$
  with anciennes as (
    select t.sequence, t.objets from trace t
    where t.effacee_le is null and t.at < $1 order by t.at limit $2 for update
  ), effacees as (
    update trace t set sel = null, auteur_genre = null, auteur_id = null, auteur_nom = null, objets = '{}',
      poste_adresse = null, poste_agent = null, requete = null, reponse = null, correlation = null, effacee_le = $3
    from anciennes a where t.sequence = a.sequence
    returning t.sequence, t.at, a.objets
  ), oubliees as (
    delete from trace_objet o using effacees e
    where o.objet = any (e.objets) and o.at = e.at and o.sequence = e.sequence
  )
  select count(*)::integer from effacees
$$;

create function trace_ajout_seul() returns trigger
language plpgsql as $$
begin
  if current_setting('annuaire_sync.effacement', true) = 'oui' then
    if tg_op = 'DELETE' and tg_table_name = 'trace_objet' then
      return old;
    end if;
    if tg_op = 'UPDATE' and tg_table_name = 'trace' then
      if old.effacee_le is null and new.effacee_le is not null
      and (new.sequence, new.at, new.action, new.issue, new.empreinte, new.empreinte_precedente, new.empreinte_contenu)
        = (old.sequence, old.at, old.action, old.issue, old.empreinte, old.empreinte_precedente, old.empreinte_contenu)
      and new.objets = '{}' and num_nonnulls(new.sel, new.auteur_genre, new.auteur_id, new.auteur_nom, new.poste_adresse,
        new.poste_agent, new.requete, new.reponse, new.correlation) = 0 then
        return new;
      end if;
    end if;
  end if;
  raise exception 'the audit trail is append-only: % on % is refused', lower(tg_op), tg_table_name
    using errcode = 'restrict_violation', constraint = 'trace_ajout_seul';
end
$$;

create trigger trace_ajout_seul before update or delete on trace
  for each row execute function trace_ajout_seul();
create trigger trace_ajout_seul_table before truncate on trace
  for each statement execute function trace_ajout_seul();
create trigger trace_objet_ajout_seul before update or delete on trace_objet
  for each row execute function trace_ajout_seul();
create trigger trace_objet_ajout_seul_table before truncate on trace_objet
  for each statement execute function trace_ajout_seul();
create trigger trace_tete_ajout_seul before delete on trace_tete
  for each row execute function trace_ajout_seul();
create trigger trace_tete_ajout_seul_table before truncate on trace_tete
  for each statement execute function trace_ajout_seul();

-- The end of the chain only moves forward, one trace at a time.
create function trace_tete_avance() returns trigger
language plpgsql as $$
begin
  if new.id = old.id and new.sequence = old.sequence + 1 and new.precedente = old.empreinte then
    return new;
  end if;
  raise exception 'the audit trail is append-only: its head only moves forward'
    using errcode = 'restrict_violation', constraint = 'trace_ajout_seul';
end
$$;

create trigger trace_tete_avance before update on trace_tete
  for each row execute function trace_tete_avance();

-- What a BAL was in the inventory and no longer is; bal_annuaire has the same.
create index bal_operateur_gone on bal_operateur (adresse) where gone_load_id is not null;
