-- Saved views and reports of a project: docs/storage.md, "Saved views and reports". Programs from before do not know them,
-- and delete them with their project.
-- compatible_from: 8

CREATE TABLE saved_item (
  id uuid PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
  kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 2),  -- storage::SavedKind
  name text NOT NULL,
  author text NOT NULL,                                 -- name of the user who made it; '' for nobody in particular
  spec text NOT NULL,                                   -- a JSON object
  created_us bigint NOT NULL,
  updated_us bigint NOT NULL,
  revision bigint NOT NULL
);
CREATE INDEX saved_item_of ON saved_item (project_id, kind, updated_us DESC, id);
