-- What the pages of the console read quickly over half a million findings (src/store/constat-recherche.ts says how).

-- Newest or oldest first, code by code; what the filters look at is beside, so that few rows are fetched.
create index constat_age on constat (code, opened_at, id) include (type_bal, adresse) where closed_run_id is null;
-- The same within a domain; it also serves what (domaine, code) alone served.
create index constat_domaine_age on constat (domaine, code, opened_at, id) include (type_bal, adresse)
  where closed_run_id is null;
drop index constat_domaine;
-- By address, code by code, of any type or of one; what the filters look at is beside. The address is there twice: an index that
-- holds only an expression of it is not read alone.
create index constat_code_adresse on constat (code, coalesce(adresse, ''), id) include (adresse, type_bal, opened_at)
  where closed_run_id is null;
create index constat_type on constat (type_bal, code, coalesce(adresse, ''), id) include (adresse, opened_at)
  where closed_run_id is null;
-- What was found of a BAL once and no longer holds.
create index constat_clos_adresse on constat (adresse, code) where closed_run_id is not null;

-- The operations of a reason, or of an answer, that the queue hardly holds: the last ones first.
create index feed_operation_motif on feed_operation (motif, id);
create index feed_operation_code on feed_operation (last_code, id) where last_code is not null;

-- The figures of mesure_hygiene over all domains, a row a day and figure: summing half a million rows takes longer than
-- a page may.
create table mesure_total (
  jour date not null references mesure_jour (jour) on delete cascade,
  chiffre text collate "C" not null,
  valeur integer not null check (valeur >= 0),
  -- by how much the domains and types in which it rose, and fell, have moved since the measure before
  hausse integer not null check (hausse >= 0),
  baisse integer not null check (baisse >= 0),
  primary key (jour, chiffre)
);
with ecart as (
  select jour, chiffre, sum(delta) as delta
  from (select depuis as jour, domaine, type_bal, chiffre, valeur as delta from mesure_hygiene
    union all select jusqua, domaine, type_bal, chiffre, -valeur from mesure_hygiene where jusqua is not null) bords
  group by jour, domaine, type_bal, chiffre),
mouvement as (
  select jour, chiffre, sum(delta) as solde, sum(greatest(delta, 0)) as hausse, sum(greatest(-delta, 0)) as baisse
  from ecart group by jour, chiffre),
suivi as (
  select j.jour, c.chiffre, coalesce(m.hausse, 0) as hausse, coalesce(m.baisse, 0) as baisse,
    sum(coalesce(m.solde, 0)) over (partition by c.chiffre order by j.jour) as valeur, min(j.jour) over () as premier
  from mesure_jour j cross join (select distinct chiffre from mouvement) c left join mouvement m using (jour, chiffre))
insert into mesure_total (jour, chiffre, valeur, hausse, baisse)
select jour, chiffre, valeur, case when jour > premier then hausse else 0 end, case when jour > premier then baisse else 0 end
from suivi where valeur > 0 or hausse > 0 or baisse > 0;
