-- What was asked of each interface of the Annuaire, day by day: what « report --interfaces » declares to the ANS.
--
-- Counters, so that the purge of the traces and of the runs takes nothing away from the report. No personal data: a day, an
-- interface, a host of the settings, an outcome. A handful of rows a day, whatever is asked.
create table usage_interface (
  -- of Paris
  jour date not null,
  interface text collate "C" not null check (interface in ('telechargement', 'alimentation', 'pro-sante-connect')),
  -- of a download: the national source; empty for the others
  source text collate "C" not null check (char_length(source) <= 40),
  -- who was asked, with its port when it is not the usual one; empty: a file that came another way
  hote text collate "C" not null check (char_length(hote) <= 261),
  -- a request (head, get, patch, recherche, jeton, decouverte...), what requests are for (insert, replace, delete),
  -- or a file taken into account (chargement): src/domain/usage-interface.ts
  operation text collate "C" not null check (char_length(operation) <= 40),
  issue text collate "C" not null check (issue in
    ('reussite', 'inchange', 'redirection', 'refus', 'indisponible', 'coupee', 'sans-reponse')),
  nombre bigint not null check (nombre > 0),
  -- bytes of the answers; of a « chargement », lines
  volume bigint not null default 0 check (volume >= 0),
  premier_le timestamptz not null,
  dernier_le timestamptz not null,
  primary key (jour, interface, source, hote, operation, issue)
);

-- What the tables still know of the time before. Requests were not counted then: the files taken into account and the
-- operations were.
insert into usage_interface (jour, interface, source, hote, operation, issue, nombre, volume, premier_le, dernier_le)
select (r.started_at at time zone 'Europe/Paris')::date, 'telechargement', r.source,
  coalesce(left(substring(r.origin from '^https?://([^/]+)'), 261), ''), 'chargement',
  case r.outcome when 'loaded' then 'reussite' when 'refused' then 'refus' when 'failed' then 'indisponible'
    when 'interrupted' then 'coupee' else 'inchange' end as issue,
  count(*), coalesce(sum(l.line_count), 0), min(r.started_at), max(r.started_at)
from source_run r left join source_load l on l.id = r.load_id
where r.source <> 'inventaire' and r.outcome <> 'running'
group by 1, 3, 4, 6
union all
select (a.started_at at time zone 'Europe/Paris')::date, 'alimentation', '', '', o.kind,
  case a.outcome when 'accepted' then 'reussite' when 'rejected' then 'refus' else 'indisponible' end as issue,
  count(*), 0, min(a.started_at), max(a.started_at)
from feed_attempt a join feed_operation o on o.id = a.operation_id
where a.outcome in ('accepted', 'rejected', 'unavailable', 'unknown')
group by 1, 5, 6;
