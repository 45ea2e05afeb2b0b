-- Forks, rewinds and media of runs: docs/storage.md, "Branches" and "Media". Programs from before cannot decode the
-- frames that bring them, so there is no compatible_from.

-- A run that begins as another one was, up to and with a step. Nothing is copied: readers join the parent's rows.
CREATE TABLE run_branch (
  run_id uuid PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  parent_id uuid NOT NULL REFERENCES run,         -- its data stay as long as a branch needs them
  step bigint NOT NULL,
  parent_rewinds integer NOT NULL,                -- how many the parent had: later ones are nothing to this run
  counted boolean NOT NULL DEFAULT false          -- do the run's statistics (series) have the parent's part?
);
CREATE INDEX run_branch_parent ON run_branch (parent_id);

-- Rows of a run before before_row, in log order, count no more above the step.
CREATE TABLE run_rewind (
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  number integer NOT NULL,                        -- from 1, in log order
  before_row bigint NOT NULL,
  step bigint NOT NULL,
  PRIMARY KEY (run_id, number)
);
ALTER TABLE run ADD COLUMN rewinds integer NOT NULL DEFAULT 0;  -- committed; those compacted are in run_rewind
