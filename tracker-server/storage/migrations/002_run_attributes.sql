-- What runs are filtered and sorted by: docs/storage.md, Run attributes.

-- A short number for a run, so that an attribute does not carry its uuid twice.
ALTER TABLE run ADD COLUMN no integer GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX run_no ON run (no);
-- The run's own fields, read without the wide rows: scans in order of no, and newest first.
CREATE INDEX run_facts ON run (project_id, no) INCLUDE (created_us, ended_us, state, name, group_name, job_type);
CREATE INDEX run_by_creation ON run (project_id, created_us, no);

-- Kept by a trigger, so that whatever writes run.tags keeps it right.
CREATE TABLE run_tag (
  run_no integer NOT NULL REFERENCES run (no) ON DELETE CASCADE,
  tag text COLLATE "C" NOT NULL,
  project_id uuid NOT NULL,
  PRIMARY KEY (run_no, tag)
);
CREATE INDEX run_tag_runs ON run_tag (project_id, tag, run_no);
INSERT INTO run_tag (run_no, tag, project_id) SELECT DISTINCT no, unnest(tags), project_id FROM run;
CREATE FUNCTION keep_run_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM run_tag WHERE run_no = NEW.no AND NOT tag = ANY (NEW.tags);
  INSERT INTO run_tag (run_no, tag, project_id) SELECT DISTINCT NEW.no, t, NEW.project_id FROM unnest(NEW.tags) AS t
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER run_tags AFTER INSERT OR UPDATE OF tags ON run FOR EACH ROW EXECUTE FUNCTION keep_run_tags();

CREATE TABLE attribute_key (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
  source smallint NOT NULL,                       -- core::AttributeSource
  name text COLLATE "C" NOT NULL,
  UNIQUE (project_id, source, name)
);

-- One leaf of one run: a number or a text. Both orders are covered by an index: by run (merges, probes) and by value.
CREATE TABLE run_attribute (
  key_id integer NOT NULL,
  run_no integer NOT NULL,
  num float8,                                     -- never NaN
  str text COLLATE "C",                           -- at most 256 bytes
  PRIMARY KEY (key_id, run_no) INCLUDE (num, str),
  CHECK ((num IS NULL) <> (str IS NULL))
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX run_attribute_num ON run_attribute (key_id, num, run_no) WHERE num IS NOT NULL;
CREATE INDEX run_attribute_str ON run_attribute (key_id, str, run_no) WHERE str IS NOT NULL;

-- Which attributes a run has, and when a live one is looked at again.
CREATE TABLE run_attributes (
  run_id uuid PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  run_no integer NOT NULL,
  key_ids integer[] NOT NULL,
  next_us bigint NOT NULL
);
CREATE FUNCTION forget_run_attributes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM run_attribute WHERE key_id = ANY (OLD.key_ids) AND run_no = OLD.run_no;
  RETURN NULL;
END $$;
CREATE TRIGGER run_attributes_gone AFTER DELETE ON run_attributes FOR EACH ROW EXECUTE FUNCTION forget_run_attributes();

-- Runs whose attributes are out of date. Rows are only ever added by whoever changes a run, so that nobody waits.
CREATE TABLE attribute_mark (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id uuid NOT NULL,
  urgent boolean NOT NULL                         -- the run has ended: no need to wait for more
);
CREATE INDEX attribute_mark_run ON attribute_mark (run_id);
INSERT INTO attribute_mark (run_id, urgent) SELECT id, true FROM run ORDER BY created_us DESC;
