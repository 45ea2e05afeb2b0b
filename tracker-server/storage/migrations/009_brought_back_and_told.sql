-- Versions of artifacts that were brought back: docs/artifacts.md, "Deletion". Alerts of several targets: docs/storage.md,
-- "Alerts".
-- compatible_from: 8

ALTER TABLE artifact_version ADD COLUMN restored_us bigint; -- when it was last brought back: keep_versions passes it over

ALTER TABLE run_alert
  ADD COLUMN told text[] NOT NULL DEFAULT '{}', -- which targets have it already: alerts::target_id()
  ADD COLUMN arrived_us bigint;                 -- by the server's clock; NULL: before there was this column
