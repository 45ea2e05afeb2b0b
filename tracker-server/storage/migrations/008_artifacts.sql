-- Artifacts: versioned trees of files, stored as chunks. Rules: docs/artifacts.md; tables: docs/storage.md, "Artifacts".
-- compatible_from: 7

CREATE TABLE artifact_collection (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uuid uuid NOT NULL UNIQUE,
  project_id uuid NOT NULL REFERENCES project,
  name text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  description text NOT NULL DEFAULT '',
  ttl_us bigint CHECK (ttl_us > 0),               -- of versions whose commit says nothing; NULL: for ever
  keep_versions integer CHECK (keep_versions > 0), -- newest ones; NULL: all
  next_number integer NOT NULL DEFAULT 0,         -- no number is given twice
  created_us bigint NOT NULL,
  updated_us bigint NOT NULL,                     -- newest commit
  deleted_us bigint,                              -- with all its versions; the row goes when they have gone
  UNIQUE (project_id, name)
);

CREATE TABLE artifact_version (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uuid uuid NOT NULL UNIQUE,
  collection_id bigint NOT NULL REFERENCES artifact_collection,
  number integer NOT NULL,
  digest bytea NOT NULL,                          -- SHA-256 of the manifest
  manifest_bytes bigint NOT NULL,
  files bigint NOT NULL,                          -- entries of the manifest
  size_bytes bigint NOT NULL,
  added_bytes bigint NOT NULL,                    -- of chunks that no earlier version held
  tags text[] NOT NULL DEFAULT '{}',
  description text NOT NULL DEFAULT '',
  metadata jsonb NOT NULL DEFAULT '{}',
  run_id uuid REFERENCES run ON DELETE SET NULL,  -- that made it
  created_us bigint NOT NULL,
  expires_us bigint,
  deleted_us bigint,                              -- nobody sees it since then
  purge_us bigint,                                -- it goes then; until then it can be brought back
  UNIQUE (collection_id, number),
  CHECK ((deleted_us IS NULL) = (purge_us IS NULL))
);
-- Equal content is one version.
CREATE UNIQUE INDEX artifact_version_digest ON artifact_version (collection_id, digest) WHERE deleted_us IS NULL;
CREATE INDEX artifact_version_run ON artifact_version (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX artifact_version_expiry ON artifact_version (expires_us) WHERE deleted_us IS NULL AND expires_us IS NOT NULL;
CREATE INDEX artifact_version_purge ON artifact_version (purge_us) WHERE deleted_us IS NOT NULL;

-- The manifest's bytes, a MiB a row.
CREATE TABLE artifact_manifest (
  version_id bigint NOT NULL REFERENCES artifact_version ON DELETE CASCADE,
  part integer NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (version_id, part)
);
ALTER TABLE artifact_manifest ALTER data SET STORAGE EXTERNAL;

-- `latest` is not among them: it is the newest version that lives.
CREATE TABLE artifact_alias (
  collection_id bigint NOT NULL REFERENCES artifact_collection ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  version_id bigint NOT NULL REFERENCES artifact_version ON DELETE CASCADE,
  PRIMARY KEY (collection_id, name)
);
CREATE INDEX artifact_alias_version ON artifact_alias (version_id);

CREATE TABLE artifact_use (
  run_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
  version_id bigint NOT NULL REFERENCES artifact_version ON DELETE CASCADE,
  first_us bigint NOT NULL,
  PRIMARY KEY (run_id, version_id)
);
CREATE INDEX artifact_use_version ON artifact_use (version_id);

-- What versions are made of, once per project: here, or under the key `object` in another store.
CREATE TABLE artifact_chunk (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES project,
  sha256 bytea NOT NULL,
  size integer NOT NULL,
  object text COLLATE "C",
  data bytea,
  UNIQUE (project_id, sha256),
  CHECK ((object IS NULL) <> (data IS NULL))
);
ALTER TABLE artifact_chunk ALTER data SET STORAGE EXTERNAL;

-- Who holds a chunk. While a row of one of these two refers to it, the database lets nobody remove it.
CREATE TABLE artifact_version_chunk (
  version_id bigint NOT NULL REFERENCES artifact_version,
  chunk_id bigint NOT NULL REFERENCES artifact_chunk,
  PRIMARY KEY (version_id, chunk_id)
);
CREATE INDEX artifact_version_chunk_chunk ON artifact_version_chunk (chunk_id);

CREATE TABLE artifact_upload (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uuid uuid NOT NULL UNIQUE,
  project_id uuid NOT NULL REFERENCES project,
  name text COLLATE "C" NOT NULL,                 -- of the collection
  type text COLLATE "C" NOT NULL,
  client text NOT NULL,
  created_us bigint NOT NULL,
  expires_us bigint NOT NULL,
  committed boolean NOT NULL DEFAULT false,
  created boolean NOT NULL DEFAULT false,         -- the commit made a version: its content was new
  version_id bigint REFERENCES artifact_version ON DELETE SET NULL
);
CREATE INDEX artifact_upload_expiry ON artifact_upload (expires_us);
CREATE INDEX artifact_upload_project ON artifact_upload (project_id);
CREATE INDEX artifact_upload_version ON artifact_upload (version_id) WHERE version_id IS NOT NULL;

CREATE TABLE artifact_upload_chunk (
  upload_id bigint NOT NULL REFERENCES artifact_upload ON DELETE CASCADE,
  chunk_id bigint NOT NULL REFERENCES artifact_chunk,
  PRIMARY KEY (upload_id, chunk_id)
);
CREATE INDEX artifact_upload_chunk_chunk ON artifact_upload_chunk (chunk_id);

-- Objects in another store that no chunk names: about to be written, or to be removed. Whoever dies between the store and
-- the database leaves a row here, and the object goes when its time has come.
CREATE TABLE artifact_object (
  object text COLLATE "C" PRIMARY KEY,
  remove_us bigint NOT NULL
);
CREATE INDEX artifact_object_remove ON artifact_object (remove_us);
