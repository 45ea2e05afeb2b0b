-- Deleting runs and projects, retention, and checksums of what compaction writes. docs/storage.md, "Deletion".

ALTER TABLE run
  ADD COLUMN deleted_us bigint,                   -- nobody sees the run since then
  ADD COLUMN purge_us bigint,                     -- its data go then; until then it can be brought back
  ADD COLUMN purging boolean NOT NULL DEFAULT false,  -- data are gone in part: it cannot be brought back
  ADD COLUMN keep boolean NOT NULL DEFAULT false; -- it was brought back by hand: retention leaves it alone
CREATE INDEX run_deleted ON run (purge_us) WHERE deleted_us IS NOT NULL;
CREATE INDEX run_deleted_no ON run (project_id, no) WHERE deleted_us IS NOT NULL;  -- for queries that leave them out

ALTER TABLE project
  ADD COLUMN deleted_us bigint,                   -- nobody sees the project since then; its runs are deleted too
  ADD COLUMN keep_runs_us bigint CHECK (keep_runs_us > 0),     -- retention, since the end of a run; NULL: for ever
  ADD COLUMN keep_system_us bigint CHECK (keep_system_us > 0),
  ADD COLUMN keep_logs_us bigint CHECK (keep_logs_us > 0);

-- Runs whose data were removed. A relay that still has some of their log is refused, whenever it comes.
CREATE TABLE run_tombstone (
  run_id uuid PRIMARY KEY,
  deleted_us bigint NOT NULL,
  purged_us bigint NOT NULL
);

-- A key goes with its project only, when all runs have gone. The constraint made each of them read all of `series`.
ALTER TABLE series DROP CONSTRAINT series_key_id_fkey;

-- CRC-32C of the payload; NULL for rows that were written before.
ALTER TABLE axis_chunk ADD COLUMN crc32c integer;
ALTER TABLE chunk ADD COLUMN crc32c integer;
ALTER TABLE pyramid ADD COLUMN crc32c integer;
ALTER TABLE log_chunk ADD COLUMN crc32c integer;
