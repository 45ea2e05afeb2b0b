-- Fewer bytes a point. What programs from before cannot read (so there is no compatible_from): docs/storage.md, "Chunks"
-- and "Pyramid".

-- The end of a payload, kept in the row: '' where it is not cut, as in all rows from before.
ALTER TABLE chunk ADD COLUMN rest bytea NOT NULL DEFAULT '';
ALTER TABLE chunk ALTER rest SET STORAGE PLAIN;

-- Level 1 has rows of 64 buckets of 64 points now; those of 128 buckets of 32 points stay as they are.
COMMENT ON TABLE pyramid IS 'Level 1: 64 points a bucket (rows of 128 buckets: 32), level 2: 1,024, level 3: 32,768';
