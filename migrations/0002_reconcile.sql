-- A cabinet is known by the former identifier of a structure: a day's change must not scan them all.
create index structure_exercice_ancien_identifiant on structure_exercice (ancien_identifiant)
  where gone_load_id is null;
create index reconcile_run_finished on reconcile_run (id desc) where finished_at is not null;
create index constat_closed_run on constat (closed_run_id) where closed_run_id is not null;
