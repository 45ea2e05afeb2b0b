-- Tables and what they are for: docs/storage.md. Times are microseconds since the epoch.

CREATE TABLE project (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  created_us bigint NOT NULL
);

CREATE TABLE run (
  id uuid PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES project,
  name text NOT NULL,
  named boolean NOT NULL DEFAULT false,           -- has the run said its own name?
  state smallint NOT NULL,                        -- core::RunState
  created_us bigint NOT NULL,
  session integer NOT NULL DEFAULT 1,             -- rises when an ended run comes back: earlier writers do not count
  ended_us bigint,
  end_reason text NOT NULL DEFAULT '',
  tags text[] NOT NULL DEFAULT '{}',
  notes text NOT NULL DEFAULT '',
  group_name text NOT NULL DEFAULT '',
  job_type text NOT NULL DEFAULT '',
  config jsonb NOT NULL DEFAULT '{}',
  summary jsonb NOT NULL DEFAULT '{}',
  environment jsonb NOT NULL DEFAULT '{}',
  meta_version bigint NOT NULL DEFAULT 1          -- rises with each change of this row
) WITH (fillfactor = 80);
CREATE INDEX run_page ON run (project_id, created_us DESC, id DESC);
CREATE INDEX run_by_name ON run (project_id, name);
CREATE INDEX run_live ON run (id) WHERE state = 1;

CREATE TABLE metric_definition (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  pattern text NOT NULL,
  definition jsonb NOT NULL,
  UNIQUE (run_id, pattern)
);

-- The exactly-once fence: one narrow row per writer, updated by every group commit. No index on a changing column, so
-- that updates stay within the page.
CREATE TABLE writer_stream (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  writer_id uuid NOT NULL,
  epoch bigint NOT NULL DEFAULT 0,
  acked_offset bigint NOT NULL DEFAULT 0,         -- everything before it is committed
  sealed_offset bigint NOT NULL DEFAULT 0,        -- everything before it is compacted
  last_seen_us bigint NOT NULL,
  session integer NOT NULL DEFAULT 1,             -- of the run, when this writer last joined it
  forked boolean NOT NULL DEFAULT false,          -- from another writer of the run: does not decide the run's state
  end_state smallint,                             -- core::RunState, if the writer said how it ended
  ended_us bigint,
  end_reason text NOT NULL DEFAULT '',
  UNIQUE (run_id, writer_id),
  CHECK (sealed_offset <= acked_offset)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- What arrived, as it arrived. A small ring of partitions: one takes the inserts, the others wait to be empty of frames
-- that are not compacted and are then truncated.
CREATE SEQUENCE frame_id AS bigint;
CREATE TABLE frame (
  slot smallint NOT NULL,
  id bigint NOT NULL DEFAULT nextval('frame_id'), -- commit order within a writer
  stream_id bigint NOT NULL,
  from_offset bigint NOT NULL,
  to_offset bigint NOT NULL,
  payload bytea NOT NULL
) PARTITION BY LIST (slot);
CREATE TABLE frame_0 PARTITION OF frame (PRIMARY KEY (stream_id, from_offset)) FOR VALUES IN (0) WITH (autovacuum_enabled = off);
CREATE TABLE frame_1 PARTITION OF frame (PRIMARY KEY (stream_id, from_offset)) FOR VALUES IN (1) WITH (autovacuum_enabled = off);
CREATE TABLE frame_2 PARTITION OF frame (PRIMARY KEY (stream_id, from_offset)) FOR VALUES IN (2) WITH (autovacuum_enabled = off);
CREATE TABLE frame_3 PARTITION OF frame (PRIMARY KEY (stream_id, from_offset)) FOR VALUES IN (3) WITH (autovacuum_enabled = off);
ALTER TABLE frame_0 ALTER payload SET STORAGE EXTERNAL;
ALTER TABLE frame_1 ALTER payload SET STORAGE EXTERNAL;
ALTER TABLE frame_2 ALTER payload SET STORAGE EXTERNAL;
ALTER TABLE frame_3 ALTER payload SET STORAGE EXTERNAL;

-- Frames that no compaction could take, as they arrived. Nothing reads them but people.
CREATE TABLE frame_quarantine (
  stream_id bigint NOT NULL REFERENCES writer_stream ON DELETE CASCADE,
  from_offset bigint NOT NULL,
  to_offset bigint NOT NULL,
  payload bytea NOT NULL,
  reason text NOT NULL,
  set_aside_us bigint NOT NULL,
  PRIMARY KEY (stream_id, from_offset)
);
ALTER TABLE frame_quarantine ALTER payload SET STORAGE EXTERNAL;

CREATE TABLE frame_ring (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  active smallint NOT NULL,                       -- the slot that takes inserts
  since_us bigint NOT NULL                        -- when it began to
);
INSERT INTO frame_ring (active, since_us) VALUES (0, (extract(epoch FROM now()) * 1000000)::bigint);

CREATE TABLE metric_key (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
  system boolean NOT NULL,
  name text NOT NULL,
  UNIQUE (project_id, system, name)
);

-- Statistics per run and key, as of the last compaction.
CREATE TABLE series (
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  key_id integer NOT NULL REFERENCES metric_key ON DELETE CASCADE,
  n bigint NOT NULL,
  nonfinite bigint NOT NULL,
  nan bigint NOT NULL,
  first_step bigint NOT NULL,                     -- smallest, largest; 0 for system keys
  last_step bigint NOT NULL,
  first_time_us bigint NOT NULL,
  last_time_us bigint NOT NULL,
  last_value float8 NOT NULL,
  min_value float8 NOT NULL,                      -- of the finite values, NaN if there are none
  max_value float8 NOT NULL,
  sum float8 NOT NULL,
  steps_rise boolean NOT NULL,                    -- in log order each step lies above the one before
  times_rise boolean NOT NULL,
  PRIMARY KEY (run_id, key_id)
) WITH (fillfactor = 80);

-- Keys that were logged together share one axis: a group. `rows` counts the rows compacted so far.
CREATE TABLE series_group (
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  group_no integer NOT NULL,
  system boolean NOT NULL,
  key_ids integer[] NOT NULL,
  rows bigint NOT NULL,
  PRIMARY KEY (run_id, group_no)
);

-- Steps, times and log order of the rows [pos, pos + n) of a group. A chunk never crosses a multiple of 4,096 rows; one
-- with n = 4,096 is sealed and never changes.
CREATE TABLE axis_chunk (
  run_id uuid NOT NULL,
  group_no integer NOT NULL,
  pos bigint NOT NULL,
  n integer NOT NULL,
  step_lo bigint NOT NULL,                        -- smallest, largest; 0 for system rows
  step_hi bigint NOT NULL,
  time_lo bigint NOT NULL,
  time_hi bigint NOT NULL,
  payload bytea NOT NULL,
  PRIMARY KEY (run_id, group_no, pos)
);
ALTER TABLE axis_chunk ALTER payload SET STORAGE EXTERNAL;

-- The values of one key for the same rows.
CREATE TABLE chunk (
  run_id uuid NOT NULL,
  key_id integer NOT NULL,
  group_no integer NOT NULL,
  pos bigint NOT NULL,
  n integer NOT NULL,
  nan integer NOT NULL,
  nonfinite integer NOT NULL,
  min_value float8 NOT NULL,                      -- of the finite values, NaN if there are none
  max_value float8 NOT NULL,
  sum float8 NOT NULL,
  first_value float8 NOT NULL,                    -- as logged, finite or not
  last_value float8 NOT NULL,
  payload bytea NOT NULL,
  PRIMARY KEY (run_id, key_id, group_no, pos)
);
ALTER TABLE chunk ALTER payload SET STORAGE EXTERNAL;

-- Exact buckets over sealed chunks. Level 1: 32 points a bucket, level 2: 1,024, level 3: 32,768; a row holds up to 128
-- buckets, those of the points [block * 128 * size, …). key_id 0 holds the edges, shared by the keys of the group.
CREATE TABLE pyramid (
  run_id uuid NOT NULL,
  key_id integer NOT NULL,
  group_no integer NOT NULL,
  level smallint NOT NULL,
  block bigint NOT NULL,
  n integer NOT NULL,                             -- buckets
  payload bytea NOT NULL,
  PRIMARY KEY (run_id, key_id, group_no, level, block)
);
ALTER TABLE pyramid ALTER payload SET STORAGE EXTERNAL;

-- One row per run: the compactor's lock, and the number of the next row in the run's log order.
CREATE TABLE compaction (
  run_id uuid PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  next_row bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- Console lines, as they were committed: later ids win at equal line numbers.
CREATE TABLE log_chunk (
  id bigint GENERATED ALWAYS AS IDENTITY,
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  stream smallint NOT NULL,                       -- spool::ConsoleStream
  line_lo bigint NOT NULL,
  line_hi bigint NOT NULL,
  n integer NOT NULL,
  payload bytea NOT NULL,
  PRIMARY KEY (run_id, stream, id)
);
ALTER TABLE log_chunk ALTER payload SET STORAGE EXTERNAL;
CREATE INDEX log_chunk_lines ON log_chunk (run_id, stream, line_hi);
