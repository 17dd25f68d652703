-- Sites of our BAL that only Personne_activite knows, under several EJ: any activity there, of anybody, may tip which
-- EJ is the most frequent, so a run on what changed looks at their BAL again each time.
alter table reconcile_run add column sites_ambigus text[] not null default '{}';
