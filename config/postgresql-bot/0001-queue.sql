-- What bots have been told and have yet to do. Run as a whole, in one transaction, under an advisory lock;
-- gatepost_bot.migrations remembers it. Points in time are UTC milliseconds.

-- By which a delivery is known when it comes again.
CREATE TABLE gatepost_bot.deliveries (
  sender   text NOT NULL,
  id       text NOT NULL,
  received bigint NOT NULL,
  PRIMARY KEY (sender, id)
);
CREATE INDEX deliveries_by_time ON gatepost_bot.deliveries (received);

-- `due`: of a dead job when it died.
CREATE TABLE gatepost_bot.jobs (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  coalesce_key text NOT NULL,
  lane         text NOT NULL,
  kind         text NOT NULL,
  about        text NOT NULL,
  payload      text NOT NULL,
  state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'dead')),
  attempts     int NOT NULL DEFAULT 0,
  since        bigint NOT NULL,
  due          bigint NOT NULL,
  lease        text NOT NULL DEFAULT '',
  lease_until  bigint NOT NULL DEFAULT 0,
  reason       text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX jobs_one_waits ON gatepost_bot.jobs (coalesce_key) WHERE state = 'waiting';
CREATE UNIQUE INDEX jobs_one_runs ON gatepost_bot.jobs (lane) WHERE state = 'running';
CREATE INDEX jobs_by_time ON gatepost_bot.jobs (state, due, id);
