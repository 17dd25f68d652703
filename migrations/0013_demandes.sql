-- The demandes: a professional asks that a PER BAL of his be deleted (EX_GBM_6021). src/domain/demande.ts tells the states.

create table demande (
  id bigint generated always as identity primary key,
  -- who asks, as his sign-in told
  rpps text collate "C" not null check (rpps ~ '^[0-9]{11}$'),
  id_nat_ps text collate "C" not null,
  nom text,
  moyen text not null check (moyen in ('psc', 'lien')),
  adresse text collate "C" not null,
  domaine text collate "C" not null,
  -- as it was when he asked: IdNatStruct, name
  structure_id text collate "C",
  structure_nom text,
  etait_publiee boolean not null,
  motif text collate "C" not null check (motif in ('hors-structure', 'doublon', 'autre')),
  commentaire text check (char_length(commentaire) between 1 and 500),
  -- where he wants to be told; nothing that could end a header line, whoever writes here
  contact text not null check (octet_length(contact) <= 254 and contact !~ '[[:space:][:cntrl:]<>,;"()]' and contact ~ '^[^@]+@[^@]+$'),
  etat text collate "C" not null default 'recue' check (etat in ('recue', 'en-examen', 'acceptee', 'refusee',
    'transmise', 'confirmee', 'retiree', 'sans-objet')),
  deposee_le timestamptz not null,
  change_le timestamptz not null,
  -- accepted or refused
  decidee_le timestamptz,
  decidee_par text,
  motif_refus text check (char_length(motif_refus) between 1 and 1000),
  -- when the ANS accepted the deletion
  transmise_le timestamptz,
  -- the extraction that holds the BAL no more
  confirmee_par text,
  close_le timestamptz,
  -- a person says that the BAL was made anew on purpose: the deletion decided holds no more
  levee_le timestamptz,
  constraint demande_decidee check ((decidee_le is null) = (decidee_par is null)
    and (etat not in ('acceptee', 'refusee', 'transmise', 'confirmee') or decidee_le is not null)
    and (etat not in ('recue', 'en-examen') or decidee_le is null)),
  constraint demande_refusee check ((etat = 'refusee') = (motif_refus is not null)),
  constraint demande_transmise check ((etat in ('transmise', 'confirmee')) = (transmise_le is not null)),
  constraint demande_confirmee check ((etat = 'confirmee') = (confirmee_par is not null)),
  constraint demande_close check ((etat in ('refusee', 'confirmee', 'retiree', 'sans-objet')) = (close_le is not null)),
  constraint demande_levee check (levee_le is null or etat = 'confirmee')
);
-- A second one shows the first, whoever comes first.
create unique index demande_ouverte on demande (adresse) where close_le is null;
create index demande_adresse on demande (adresse, id);
create index demande_rpps on demande (rpps, id);
create index demande_etat on demande (etat, id);
create index demande_suivie on demande (id) where close_le is null;

create function demande_transition() returns trigger
language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.etat <> 'recue' then
      raise exception 'a demande begins as recue, not %', new.etat
        using errcode = 'check_violation', constraint = 'demande_transition';
    end if;
    return new;
  end if;
  if new.etat <> old.etat and not new.etat = any (case old.etat
    when 'recue' then '{en-examen,retiree,sans-objet}'::text[]
    when 'en-examen' then '{acceptee,refusee,retiree,sans-objet}'::text[]
    when 'acceptee' then '{transmise,retiree,sans-objet}'::text[]
    when 'transmise' then '{confirmee}'::text[]
    else '{}'::text[] end) then
    raise exception 'demande %: % -> % is not a legal transition', old.id, old.etat, new.etat
      using errcode = 'check_violation', constraint = 'demande_transition';
  end if;
  -- Who asked for which BAL is what was decided on.
  if (new.rpps, new.adresse, new.deposee_le) is distinct from (old.rpps, old.adresse, old.deposee_le) then
    raise exception 'demande %: who asked, and for which BAL, never changes', old.id
      using errcode = 'check_violation', constraint = 'demande_identite';
  end if;
  return new;
end
$$;

create trigger demande_transition before insert or update on demande
  for each row execute function demande_transition();

-- What happened to a demande: who, when, why. Only added to.
create table demande_etape (
  id bigint generated always as identity primary key,
  demande_id bigint not null references demande (id) on delete cascade,
  -- the state reached, or levee
  etape text collate "C" not null check (etape in ('recue', 'en-examen', 'acceptee', 'refusee', 'transmise',
    'confirmee', 'retiree', 'sans-objet', 'levee')),
  le timestamptz not null,
  auteur_genre text collate "C" not null check (auteur_genre in ('personne', 'client', 'programme')),
  auteur_id text not null,
  auteur_nom text,
  motif text,
  unique (demande_id, etape)
);

create function demande_etape_figee() returns trigger
language plpgsql as $$
begin
  raise exception 'the steps of a demande are only added to'
    using errcode = 'check_violation', constraint = 'demande_etape_figee';
end
$$;

create trigger demande_etape_figee before update on demande_etape
  for each row execute function demande_etape_figee();
