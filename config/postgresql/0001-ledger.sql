-- The ledgers of many repositories: events that stay, documents that are replaced.
-- Run as a whole, in one transaction, under an advisory lock; gatepost.migrations remembers it.

-- Where each ledger ends. Whoever appends locks this row.
CREATE TABLE gatepost.heads (
  repository text PRIMARY KEY,
  seq        bigint NOT NULL,
  hash       text NOT NULL
);

-- A partition for each month, made by gatepost.ensure_month. `text` is the event, byte for byte; `event` is for queries.
CREATE TABLE gatepost.events (
  repository text NOT NULL,
  seq        bigint NOT NULL,
  at         timestamptz NOT NULL,
  type       text NOT NULL,
  subject    text NOT NULL,
  prev       text NOT NULL,
  hash       text NOT NULL,
  text       text NOT NULL,
  event      jsonb,
  PRIMARY KEY (repository, seq, at)
) PARTITION BY RANGE (at);
CREATE INDEX events_by_subject ON gatepost.events (repository, subject, seq);
CREATE INDEX events_moved ON gatepost.events (repository, (event #>> '{data,former}')) WHERE type = 'moved';

CREATE TABLE gatepost.documents (
  repository text NOT NULL,
  name       text NOT NULL COLLATE "C",
  body       bytea NOT NULL,
  PRIMARY KEY (repository, name)
);

-- Which login may see which repositories ('*': all). A login without a row sees the one that it says it works for.
CREATE TABLE gatepost.tenants (
  role       name NOT NULL,
  repository text NOT NULL,
  PRIMARY KEY (role, repository)
);

-- NULL for a text that jsonb cannot hold: the event is kept all the same. A NUL character, which jsonb refuses and a
-- report may contain, becomes U+FFFD.
CREATE FUNCTION gatepost.as_json(event text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $body$
BEGIN
  RETURN event::jsonb;
EXCEPTION WHEN others THEN
  BEGIN
    RETURN regexp_replace(event, '(?<!\\)((\\\\)*)\\u0000', '\1\\ufffd', 'g')::jsonb;
  EXCEPTION WHEN others THEN
    RETURN NULL;
  END;
END $body$;

-- The partition that an event of this time belongs into. Runs as its owner: who writes events need not own the schema.
-- Nobody reads or writes it but through gatepost.events.
CREATE FUNCTION gatepost.ensure_month(moment timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  first date := date_trunc('month', moment AT TIME ZONE 'UTC')::date;
  name  name := 'events_' || to_char(first, 'YYYY_MM');
BEGIN
  IF first < '2000-01-01' OR first > '2100-01-01' THEN
    RAISE EXCEPTION 'an event of % is refused', first;
  END IF;
  IF EXISTS (SELECT FROM pg_tables WHERE schemaname = 'gatepost' AND tablename = name) THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(5141829);
  IF EXISTS (SELECT FROM pg_tables WHERE schemaname = 'gatepost' AND tablename = name) THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE gatepost.%I PARTITION OF gatepost.events FOR VALUES FROM (%L) TO (%L)', name,
                 first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month')::timestamp AT TIME ZONE 'UTC');
  EXECUTE format('ALTER TABLE gatepost.%I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE gatepost.%I FORCE ROW LEVEL SECURITY', name);
END $body$;

CREATE FUNCTION gatepost.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'events of a ledger are never changed or deleted';
END $body$;
CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE ON gatepost.events
  FOR EACH ROW EXECUTE FUNCTION gatepost.refuse_change();

-- The repository that this connection says it works for.
CREATE FUNCTION gatepost.current_repository() RETURNS text LANGUAGE sql STABLE AS $body$
  SELECT nullif(current_setting('gatepost.repository', true), '')
$body$;

-- What the login may see; asked once a query, not once a row. By the login, not by the owner of a view.
CREATE FUNCTION gatepost.sees_all() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
  SELECT gatepost.current_repository() IS NULL
     AND EXISTS (SELECT FROM gatepost.tenants WHERE role = session_user AND repository = '*')
$body$;
CREATE FUNCTION gatepost.visible() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
  WITH own AS (SELECT repository FROM gatepost.tenants WHERE role = session_user),
       said AS (SELECT gatepost.current_repository() AS repository)
  SELECT CASE
    WHEN (SELECT repository FROM said) IS NULL THEN ARRAY(SELECT repository FROM own)
    WHEN NOT EXISTS (SELECT FROM own)
      OR EXISTS (SELECT FROM own, said WHERE own.repository IN ('*', said.repository))
      THEN ARRAY(SELECT repository FROM said)
    ELSE ARRAY[]::text[]
  END
$body$;

ALTER TABLE gatepost.heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE gatepost.heads FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON gatepost.heads
  USING ((SELECT gatepost.sees_all()) OR repository = ANY ((SELECT gatepost.visible())::text[]));
ALTER TABLE gatepost.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE gatepost.events FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON gatepost.events
  USING ((SELECT gatepost.sees_all()) OR repository = ANY ((SELECT gatepost.visible())::text[]));
ALTER TABLE gatepost.documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE gatepost.documents FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON gatepost.documents
  USING ((SELECT gatepost.sees_all()) OR repository = ANY ((SELECT gatepost.visible())::text[]));
