-- Versions of artifacts that were brought back: docs/artifacts.md, "Deletion".
-- compatible_from: 8

ALTER TABLE artifact_version ADD COLUMN restored_us bigint; -- when it was last brought back: keep_versions passes it over
