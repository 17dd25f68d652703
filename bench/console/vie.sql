-- What months of use leave behind, on a base that was just loaded and reconciled once: ages, earlier findings, a feed that
-- works, measures of each day. Invented, and the same on each run (setseed).
select setseed(0.6);

update constat set opened_at = opened_at - (random() * 44) * interval '1 day'
where opened_run_id = (select max(id) from reconcile_run where finished_at is not null);
update constat set changed_at = greatest(opened_at, changed_at - random() * interval '20 days')
where opened_run_id = (select max(id) from reconcile_run where finished_at is not null);

insert into constat (code, groupe, domaine, adresse, precision, type_bal, valeurs, opened_run_id, opened_at, changed_at,
  closed_run_id, closed_at)
select code, groupe, domaine, adresse, precision, type_bal, valeurs, opened_run_id, opened_at - interval '200 days',
  opened_at - interval '150 days', opened_run_id, opened_at - interval '100 days'
from constat where closed_run_id is null and id % 60 = 0;

-- A feed at work: 12 000 approved, most of them accepted and confirmed, a few refused or given up.
create temp table envoi as
select id, row_number() over (order by id) as rang from feed_operation where state = 'planned' and kind = 'replace'
order by id limit 12000;
update feed_operation o set state = 'approved', decided_at = now() - interval '3 days', decided_by = 'claire.martin'
from envoi e where e.id = o.id;
update feed_operation o set state = 'sending', claimed_by = 'bench', lease_until = now(), attempts = 1,
  sent_at = now() - interval '3 days' + e.rang * interval '20 seconds'
from envoi e where e.id = o.id and e.rang <= 7300;
insert into feed_attempt (operation_id, attempt, request_id, pusher, started_at, finished_at, request, status, outcome,
  response, message)
select e.id, 1, gen_random_uuid(), 'bench', now() - interval '2 days', now() - interval '2 days',
  '{"resourceType":"Bundle","type":"transaction"}', case when e.rang <= 7000 then 200 else 422 end,
  case when e.rang <= 7000 then 'accepted' else 'rejected' end, '{"resourceType":"OperationOutcome"}',
  case when e.rang > 7000 then 'Le service de rattachement dépasse la longueur permise.' end
from envoi e where e.rang <= 7300;
update feed_operation o set state = 'accepted', accepted_at = o.sent_at, claimed_by = null, lease_until = null,
  last_status = 200
from envoi e where e.id = o.id and e.rang <= 7000;
update feed_operation o set state = 'confirmed', confirmed_at = o.accepted_at + interval '1 day', confirmed_by = 'extraction'
from envoi e where e.id = o.id and e.rang <= 6200;
update feed_operation o set state = case when e.rang <= 7080 then 'dead' when e.rang <= 7140 then 'held' else 'retry' end,
  claimed_by = null, lease_until = null, last_status = 422, last_code = 'invariant',
  last_message = 'Le service de rattachement dépasse la longueur permise.',
  next_attempt_at = case when e.rang > 7140 then now() + interval '10 minutes' end
from envoi e where e.id = o.id and e.rang > 7000 and e.rang <= 7300;

-- The measures of the days between the first and the last one, in the 400 largest domains.
create temp table jour as
select j::date as jour, row_number() over (order by j) as rang, count(*) over () as n
from generate_series((select min(jour) from mesure_jour) + 1, (select max(jour) from mesure_jour) - 1, interval '1 day') j;
insert into mesure_jour (jour, run_id, mesure_at)
select jour, (select min(id) from reconcile_run), jour + time '04:30' from jour on conflict do nothing;
create temp table suivi as
select m.domaine, m.type_bal, m.chiffre, m.valeur from mesure_hygiene m
where m.jusqua is null and m.domaine in (select domaine from mesure_hygiene where chiffre = 'publiees' and jusqua is null
  group by domaine order by sum(valeur) desc limit 400);
delete from mesure_hygiene m using suivi s
where m.domaine = s.domaine and m.type_bal = s.type_bal and m.chiffre = s.chiffre;
insert into mesure_hygiene (domaine, type_bal, chiffre, valeur, depuis, jusqua)
select s.domaine, s.type_bal, s.chiffre,
  greatest(1, (s.valeur * (1 + (case when s.chiffre in ('publiees', 'inventaire', 'parc') then -1 else 1 end)
    * (j.n - j.rang) * 0.0008) + (random() - 0.5) * 0.004 * s.valeur)::integer),
  j.jour, j.jour + 1
from suivi s cross join jour j;
insert into mesure_hygiene (domaine, type_bal, chiffre, valeur, depuis)
select s.domaine, s.type_bal, s.chiffre, s.valeur, (select max(jour) from mesure_jour) from suivi s;

-- Fresh files, but for one that is late.
update source_load set genere_le = now() - interval '7 hours', loaded_at = now() - interval '6 hours'
where genere_le is not null and source <> 'finess';

vacuum full constat;
vacuum (analyze);
