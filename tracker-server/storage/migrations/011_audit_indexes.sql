-- What the audit log is asked for: docs/storage.md, "The audit log".
-- compatible_from: 8

CREATE INDEX audit_actor ON audit (actor, no);
-- Also for the beginning of an action, whatever the database's collation is.
CREATE INDEX audit_action ON audit (action text_pattern_ops, no);
