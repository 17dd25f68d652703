-- What the pages of the console read quickly over half a million findings (src/store/constat-recherche.ts says how).

-- Newest or oldest first, code by code; what the filters look at is beside, so that few rows are fetched.
create index constat_age on constat (code, opened_at, id) include (type_bal, adresse) where closed_run_id is null;
-- The same within a domain; it also serves what (domaine, code) alone served.
create index constat_domaine_age on constat (domaine, code, opened_at, id) include (type_bal, adresse)
  where closed_run_id is null;
drop index constat_domaine;
-- By address, code by code.
create index constat_code_adresse on constat (code, coalesce(adresse, ''), id) where closed_run_id is null;
-- Few types, very many findings: of a rare one, all of them at once.
create index constat_type on constat (type_bal, code, id) where closed_run_id is null;
-- What was found of a BAL once and no longer holds.
create index constat_clos_adresse on constat (adresse, code) where closed_run_id is not null;
