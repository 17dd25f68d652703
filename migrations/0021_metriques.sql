-- What the metrics show of each reconciliation, kept when it ends: nobody counts constats at each look.

alter table reconcile_run add column par_code jsonb;
