-- What dashboards ask: the events put together. docs/stores.md has the columns. The ledger of gatepost is what counts;
-- these views are for looking at many repositories at once.

-- Findings that got another id, followed to the last.
CREATE VIEW gatepost.moves AS
WITH RECURSIVE step AS (
  SELECT repository, event #>> '{data,former}' AS former, subject, seq
  FROM gatepost.events WHERE type = 'moved'
  UNION ALL
  SELECT step.repository, step.former, next.subject, next.seq
  FROM step
  JOIN gatepost.events next ON next.repository = step.repository AND next.type = 'moved'
    AND next.event #>> '{data,former}' = step.subject AND next.seq > step.seq
)
SELECT DISTINCT ON (repository, former) repository, former, subject
FROM step WHERE former IS NOT NULL ORDER BY repository, former, seq DESC;

-- One row a finding, as its latest events say. Times of the present life: a finding that comes back after the regression
-- window is a new life.
CREATE VIEW gatepost.findings AS
WITH told AS (
  SELECT e.repository, coalesce(m.subject, e.subject) AS finding, e.seq, e.at, e.type, e.event
  FROM gatepost.events e
  LEFT JOIN gatepost.moves m ON m.repository = e.repository AND m.former = e.subject
  WHERE e.subject LIKE 'GP-%'
), life AS (
  SELECT *, max(seq) FILTER (WHERE type = 'detected') OVER (PARTITION BY repository, finding) AS born FROM told
), put_together AS (
  SELECT repository, finding,
    (array_agg(event ->> 'after' ORDER BY seq DESC) FILTER (WHERE event ->> 'after' ~ state.names))[1] AS state,
    (array_agg(at ORDER BY seq DESC) FILTER (WHERE event ->> 'after' ~ state.names))[1] AS since,
    (array_agg(event #> '{data,record}' ORDER BY seq DESC) FILTER (WHERE event #> '{data,record}' IS NOT NULL))[1]
      AS record,
    (array_agg((event #>> '{data,due}')::numeric ORDER BY seq DESC) FILTER (WHERE event #> '{data,due}' IS NOT NULL))[1]
      AS due_ms,
    min(coalesce((event #>> '{data,observed_at}')::numeric, (event ->> 'ts')::numeric)) FILTER (WHERE seq = born)
      AS detected_ms,
    max(at) FILTER (WHERE type = 'sla_breach') AS breached_at,
    count(*) FILTER (WHERE type = 'reopened') AS reopened,
    count(*) FILTER (WHERE type IN ('kev_added')) > 0 OR bool_or((event #>> '{data,kev}') = 'true') AS kev
  FROM life,
    (VALUES ('^(open/.*|open|fixed|waived|false_positive|not_affected|withdrawn|gone|duplicate)$')) AS state(names)
  WHERE born IS NOT NULL AND seq >= born
  GROUP BY repository, finding
)
SELECT repository, finding, split_part(state, '/', 1) AS standing, nullif(split_part(state, '/', 2), '') AS triage,
  record ->> 'severity' AS severity, (record ->> 'risk')::int AS risk, record ->> 'decision' AS decision,
  record ->> 'kind' AS kind, record ->> 'engine' AS engine, record ->> 'rule' AS rule, record ->> 'title' AS title,
  record ->> 'path' AS path, (record ->> 'line')::int AS line, record ->> 'service' AS service,
  record ->> 'team' AS team, record ->> 'package' AS package, record -> 'advisories' AS advisories,
  to_timestamp(detected_ms / 1000) AS detected_at, since,
  CASE WHEN state = 'fixed' THEN since END AS fixed_at,
  to_timestamp(due_ms / 1000) AS due_at, breached_at, reopened, coalesce(kev, false) AS kev
FROM put_together WHERE state IS NOT NULL;

-- How many stand how.
CREATE VIEW gatepost.posture AS
SELECT repository, coalesce(service, '') AS service, coalesce(team, '') AS team, coalesce(severity, 'unknown') AS severity,
  standing, count(*) AS findings, max(risk) AS highest_risk, sum(risk) AS total_risk, count(*) FILTER (WHERE kev) AS kev
FROM gatepost.findings GROUP BY 1, 2, 3, 4, 5;

-- The trend: what opened and closed on a day (UTC), and how many were open at its end.
CREATE VIEW gatepost.posture_by_day AS
WITH steps AS (
  SELECT repository, (at AT TIME ZONE 'UTC')::date AS day,
    coalesce(event ->> 'after', '') LIKE 'open%' AS opens, coalesce(event ->> 'before', '') LIKE 'open%' AS was_open
  FROM gatepost.events
  WHERE type IN ('detected', 'reopened', 'fixed', 'waived', 'waiver_lapsed', 'false_positive', 'context_changed',
                 'not_affected', 'superseded', 'withdrawn', 'reinstated', 'gone', 'returned', 'duplicate', 'separated')
), days AS (
  SELECT repository, day, count(*) FILTER (WHERE opens AND NOT was_open) AS opened,
    count(*) FILTER (WHERE was_open AND NOT opens) AS closed
  FROM steps GROUP BY repository, day
)
SELECT repository, day, opened, closed,
  (sum(opened - closed) OVER (PARTITION BY repository ORDER BY day))::bigint AS open
FROM days;

-- Days from first sight to verified fix, of what was fixed in a month. What was waived, withdrawn or taken away is not in.
CREATE VIEW gatepost.mttr AS
SELECT repository, coalesce(team, '') AS team, coalesce(severity, 'unknown') AS severity,
  date_trunc('month', fixed_at AT TIME ZONE 'UTC')::date AS month, count(*) AS fixed,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median_days,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY days) AS p90_days, avg(days) AS mean_days
FROM (SELECT *, extract(epoch FROM fixed_at - detected_at)::float8 / 86400 AS days
      FROM gatepost.findings WHERE fixed_at IS NOT NULL) AS f
GROUP BY 1, 2, 3, 4;

-- Service levels: what is open, over its day or about to be, and how much of what was due in the last 90 days was closed
-- in time. No row has a compliance where nothing was due.
CREATE VIEW gatepost.sla AS
SELECT repository, coalesce(team, '') AS team, coalesce(severity, 'unknown') AS severity,
  count(*) FILTER (WHERE standing = 'open') AS open,
  count(*) FILTER (WHERE standing = 'open' AND due_at < now()) AS overdue,
  count(*) FILTER (WHERE standing = 'open' AND due_at >= now() AND due_at < now() + interval '7 days') AS due_in_a_week,
  count(*) FILTER (WHERE standing = 'open' AND due_at IS NULL) AS without_day,
  count(*) FILTER (WHERE due_at BETWEEN now() - interval '90 days' AND now()) AS due_in_90_days,
  100.0 * count(*) FILTER (WHERE due_at BETWEEN now() - interval '90 days' AND now() AND standing <> 'open'
                             AND since <= due_at)
    / nullif(count(*) FILTER (WHERE due_at BETWEEN now() - interval '90 days' AND now()), 0) AS compliance_percent
FROM gatepost.findings GROUP BY 1, 2, 3;

-- Which repositories have a package with open findings, in which version: "who has log4j?" The version of a package URL
-- stands behind its last @, if no slash follows; a scope is written %40.
CREATE VIEW gatepost.where_used AS
WITH used AS (
  SELECT regexp_replace(package, '[?#].*$', '') AS purl, repository, coalesce(service, '') AS service,
    coalesce(team, '') AS team, finding, risk, advisories
  FROM gatepost.findings WHERE standing = 'open' AND package <> ''
)
SELECT regexp_replace(purl, '@[^@/]*$', '') AS package, coalesce(substring(purl FROM '@([^@/]*)$'), '') AS version,
  repository, service, team, count(DISTINCT finding) AS findings, max(risk) AS highest_risk,
  array_remove(array_agg(DISTINCT advisory ORDER BY advisory), NULL) AS advisories
FROM used
LEFT JOIN LATERAL jsonb_array_elements_text(coalesce(advisories, '[]'::jsonb)) AS advisory ON true
GROUP BY 1, 2, 3, 4, 5;
