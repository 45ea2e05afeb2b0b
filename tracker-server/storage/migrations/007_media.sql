-- Media and alerts of runs: docs/storage.md, "Media" and "Alerts". Only programs that know schema 6 write them.
-- compatible_from: 6

-- Contents, each once however many runs logged it.
CREATE TABLE media_blob (
  sha256 bytea PRIMARY KEY,
  bytes integer NOT NULL,
  content bytea NOT NULL
);
ALTER TABLE media_blob ALTER content SET STORAGE EXTERNAL;

CREATE TABLE run_media (
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  id bigint GENERATED ALWAYS AS IDENTITY,         -- of one key and step, in log order
  key text COLLATE "C" NOT NULL,
  type text NOT NULL,                             -- histogram, table, text, image, …
  step bigint NOT NULL,
  time_us bigint NOT NULL,
  content_type text NOT NULL,
  description jsonb NOT NULL,
  sha256 bytea NOT NULL REFERENCES media_blob,
  taken_back boolean NOT NULL DEFAULT false,      -- by a rewind
  PRIMARY KEY (run_id, key, step, id)
);
CREATE INDEX run_media_blob ON run_media (sha256);

CREATE TABLE run_alert (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  time_us bigint NOT NULL,
  level smallint NOT NULL,                        -- spool::AlertLevel
  title text NOT NULL,
  text text NOT NULL,
  quiet_s bigint NOT NULL,
  state smallint NOT NULL DEFAULT 0,              -- storage::AlertState: 0 to be told
  attempts integer NOT NULL DEFAULT 0,
  next_us bigint NOT NULL DEFAULT 0,              -- of the next attempt
  outcome text NOT NULL DEFAULT ''                -- why it was not told, for people
);
CREATE INDEX run_alert_run ON run_alert (run_id, id);
CREATE INDEX run_alert_due ON run_alert (next_us) WHERE state = 0;
