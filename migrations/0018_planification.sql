-- Which scheduled runs were done, by which node; the nodes that are there.

-- One run of one stage, due at one instant. Written by the process that does it, while its session holds the advisory
-- lock of the stage: a row without an end whose lock is free is that of a process that died.
create table passage (
  id bigint generated always as identity primary key,
  etape text collate "C" not null check (char_length(etape) between 1 and 40),
  -- the instant at which it was due: with the stage, what makes it one run whatever the number of nodes
  prevu_le timestamptz not null,
  commence_le timestamptz not null,
  fini_le timestamptz check (fini_le >= commence_le),
  -- who does it, or did it last
  noeud text not null check (char_length(noeud) <= 200),
  pid integer not null,
  -- 1, then one more each time it is begun again, whoever does
  tentative integer not null default 1 check (tentative >= 1),
  -- reussite: exit code 0; refus: 3; echec: any other; interrompu: the node was stopped; delai: over its limit
  issue text check (issue in ('reussite', 'refus', 'echec', 'interrompu', 'delai')),
  -- stable code of the fault
  code text collate "C",
  -- French
  message text check (char_length(message) <= 2000),
  exit_code integer,
  -- that of the traces and of the log lines of this run
  correlation uuid not null,
  unique (etape, prevu_le),
  check ((fini_le is null) = (issue is null))
);

create index passage_commence on passage (commence_le);

-- One start of one daemon.
create table noeud (
  id bigint generated always as identity primary key,
  nom text collate "C" not null check (char_length(nom) between 1 and 200),
  version text not null,
  pid integer not null,
  demarre_le timestamptz not null,
  -- said again every 5 seconds: not seen for 30, it is gone
  vu_le timestamptz not null check (vu_le >= demarre_le),
  -- when it stopped as it should
  arrete_le timestamptz check (arrete_le >= demarre_le),
  -- EtatNoeud of src/domain/etat-noeud.ts
  etat jsonb not null
);

create index noeud_vu on noeud (vu_le);
