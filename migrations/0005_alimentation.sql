-- The feed: plans, decisions, the outbox, and what we know to be published beyond what extractions show.

-- One computation of what the Annuaire should be told. The newest is the one in force; the operations of the older ones
-- that still hold are carried over.
create table plan (
  id integer generated always as identity primary key,
  computed_at timestamptz not null,
  -- what it was computed from: the reconciliation, the loads in service, the settings
  reconcile_run_id integer not null references reconcile_run (id),
  loads jsonb not null,
  settings_fingerprint text not null,
  -- fingerprint of the deletions decided (suppression_decidee) that it saw
  suppressions_fingerprint text not null,
  -- ouvert: can be approved; bloque: a guard waits for an override; remplace: a newer one is in force
  etat text not null check (etat in ('ouvert', 'bloque', 'remplace')),
  -- guards over their limit: [{garde, domaine, limite, valeur, message, domainesLeves, leveePar, leveeLe, motif}]
  gardes jsonb not null default '[]',
  insert_count integer not null,
  replace_count integer not null,
  delete_count integer not null,
  retenue_count integer not null
);

-- What the plan does not propose although something is wrong, and why.
create table plan_retenue (
  plan_id integer not null references plan (id) on delete cascade,
  domaine text collate "C" not null,
  adresse text collate "C" not null,
  -- what would have been done
  kind text not null check (kind in ('insert', 'replace', 'delete')),
  -- stable code and French sentence
  code text collate "C" not null,
  message text not null,
  -- the operation that stands in the way: being sent, refused by the ANS, rejected by a person
  operation_id bigint
);
create index plan_retenue_plan on plan_retenue (plan_id, code, adresse);

-- One operation on one BAL of one porteur: proposed, decided, sent, proven. src/domain/feed-state.ts tells its states.
create table feed_operation (
  id bigint generated always as identity primary key,
  -- the plan that proposed it first, and the last one that still wants it
  plan_id integer not null references plan (id),
  last_plan_id integer not null references plan (id),
  kind text not null check (kind in ('insert', 'replace', 'delete')),
  state text not null default 'planned' check (state in ('planned', 'approved', 'sending', 'accepted', 'confirmed',
    'retry', 'held', 'dead', 'cancelled', 'superseded')),
  adresse text collate "C" not null,
  domaine text collate "C" not null,
  type_bal text collate "C" check (type_bal in ('PER', 'ORG', 'APP', 'CAB')),
  porteur_kind text not null check (porteur_kind in ('professionnel', 'situation', 'structure', 'a-rechercher')),
  rpps text collate "C",
  structure_id text collate "C",
  porteur_cle text collate "C" not null generated always as (case porteur_kind
    when 'professionnel' then 'professionnel:' || rpps
    when 'situation' then 'situation:' || rpps || ':' || structure_id
    when 'structure' then 'structure:' || structure_id
    else 'a-rechercher:' || adresse end) stored,
  liste_rouge boolean not null default false,
  rang integer check (rang >= 1),
  description text,
  service text,
  responsable text,
  -- of a replace: what differs from what is published
  champs text[] not null default '{}',
  -- why: a code of constat, or DEMANDE_PS, INVENTAIRE_MODIFIE; and the requirement that it serves
  motif text collate "C" not null,
  exigence text not null,
  -- what is published, as far as it is known, and anything that explains the operation
  valeurs jsonb not null default '{}',
  -- sent only after this one is accepted: the delete of a change of address
  apres_id bigint references feed_operation (id),
  created_at timestamptz not null,
  -- the decision in force (plan_decision has them all)
  decided_at timestamptz,
  decided_by text,
  -- four-eyes: the first of two approvals
  first_approved_by text,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  claimed_by text,
  lease_until timestamptz,
  -- true once a request left without an answer: an insert is read back before it is sent again
  is_outcome_unknown boolean not null default false,
  sent_at timestamptz,
  accepted_at timestamptz,
  confirmed_at timestamptz,
  -- extraction: its version; or 'lecture'
  confirmed_by text,
  last_status integer,
  last_code text,
  -- French
  last_message text,
  -- A type 10 is never published (EX_GBM_4312): a PER or a CAB has an RPPS, whoever writes here.
  -- `is true`: what is unknown (no type) is refused too.
  constraint feed_operation_sans_type_10 check ((kind = 'delete'
    or (type_bal = 'PER' and porteur_kind in ('professionnel', 'situation') and rpps is not null)
    or (type_bal = 'CAB' and porteur_kind = 'professionnel' and rpps is not null)
    or (type_bal in ('ORG', 'APP') and porteur_kind = 'structure' and rpps is null)) is true),
  constraint feed_operation_rpps check (rpps ~ '^[0-9]{11}$'),
  constraint feed_operation_porteur check (case porteur_kind
    when 'professionnel' then rpps is not null and structure_id is null
    when 'situation' then rpps is not null and structure_id is not null
    when 'structure' then structure_id is not null and rpps is null
    else kind = 'delete' and rpps is null and structure_id is null end)
);
-- One live operation of a kind per BAL and porteur.
create unique index feed_operation_vivante on feed_operation (adresse, porteur_cle, kind)
  where state in ('planned', 'approved', 'sending', 'retry', 'held', 'dead');
create index feed_operation_a_envoyer on feed_operation (next_attempt_at nulls first, id)
  where state in ('approved', 'retry');
create index feed_operation_par_porteur on feed_operation (porteur_cle, id)
  where state in ('approved', 'retry', 'sending');
-- small: asked of every candidate, whether its porteur is being served
create index feed_operation_envoi on feed_operation (porteur_cle) where state = 'sending';
create index feed_operation_etat on feed_operation (state, domaine, id);
create index feed_operation_adresse on feed_operation (adresse, id);
create index feed_operation_a_confirmer on feed_operation (accepted_at) where state = 'accepted';

create function feed_operation_transition() returns trigger
language plpgsql as $$
begin
  if new.state <> old.state and not new.state = any (case old.state
    when 'planned' then '{approved,cancelled,superseded}'::text[]
    when 'approved' then '{sending,planned,cancelled,superseded}'::text[]
    when 'sending' then '{accepted,retry,held,dead,approved}'::text[]
    when 'accepted' then '{confirmed}'::text[]
    when 'retry' then '{sending,cancelled,superseded,held,dead}'::text[]
    when 'held' then '{approved,cancelled,superseded}'::text[]
    when 'dead' then '{approved,cancelled,superseded}'::text[]
    else '{}'::text[] end) then
    raise exception 'operation %: % -> % is not a legal transition', old.id, old.state, new.state
      using errcode = 'check_violation', constraint = 'feed_operation_transition';
  end if;
  return new;
end
$$;

create trigger feed_operation_transition before update of state on feed_operation
  for each row execute function feed_operation_transition();

-- Every request sent and what came of it; bounded texts, no key ever.
create table feed_attempt (
  id bigint generated always as identity primary key,
  operation_id bigint not null references feed_operation (id) on delete cascade,
  -- 1 is the first; the operations of one request share request_id
  attempt integer not null,
  request_id uuid not null,
  pusher text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  -- method, path and body, as sent; on the first operation of a request only
  request text,
  status integer,
  -- accepted, rejected, unavailable, unknown; read: a read-back
  outcome text,
  response text,
  message text
);
create index feed_attempt_operation on feed_attempt (operation_id, id);

-- The way to the API, one for all pushers: its pace, its pauses, why it last stopped. Its row is locked while operations
-- are claimed: two claims never look at the same porteurs.
create table feed_channel (
  id boolean primary key default true check (id),
  -- pace: when the next call may leave, whoever makes it
  next_call_at timestamptz,
  paused_until timestamptz,
  -- French
  pause_reason text,
  -- how many times in a row the circuit breaker opened; 0: closed
  opening_count integer not null default 0,
  -- refused key, certificate or address: a person has to act
  stopped_at timestamptz,
  stop_code text,
  stop_message text
);
insert into feed_channel default values;

-- Who decided what. Operations are named by their number, or by the filter that chose them.
create table plan_decision (
  id bigint generated always as identity primary key,
  plan_id integer references plan (id),
  decided_at timestamptz not null,
  author text not null,
  action text not null check (action in ('approve', 'reject', 'override', 'cancel', 'replay', 'withdraw')),
  filter jsonb not null default '{}',
  reason text,
  operation_count integer not null
);

-- What we hold to be published, BAL by BAL and porteur by porteur: what the ANS accepted from us, and, where no
-- extraction can show it (APP, CAB, liste rouge, rank, description, responsable), what is presumed at first sight.
create table publication_connue (
  adresse text collate "C" not null,
  porteur_cle text collate "C" not null,
  domaine text collate "C" not null,
  type_bal text collate "C" not null,
  porteur_kind text not null,
  rpps text collate "C",
  structure_id text collate "C",
  liste_rouge boolean not null,
  rang integer,
  description text,
  service text,
  responsable text,
  -- presumee: taken from the inventory at first sight; operation: accepted from us
  origine text not null check (origine in ('presumee', 'operation')),
  operation_id bigint references feed_operation (id),
  since timestamptz not null,
  primary key (adresse, porteur_cle)
);
create index publication_connue_domaine on publication_connue (domaine);

-- Deletions that something else than a constat decided: a demande accepted, the end of an INACTIVE cycle.
create table suppression_decidee (
  id bigint generated always as identity primary key,
  adresse text collate "C" not null,
  motif text collate "C" not null check (motif in ('DEMANDE_PS', 'INACTIVE')),
  -- of the demande or of the notice
  reference text not null,
  decided_at timestamptz not null,
  decided_by text not null,
  withdrawn_at timestamptz,
  unique (motif, reference)
);
create index suppression_decidee_adresse on suppression_decidee (adresse) where withdrawn_at is null;
