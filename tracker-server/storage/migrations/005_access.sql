-- Users, teams, keys, sessions, members, audit: docs/access.md. Programs from before know no login, so they may not run
-- beside this one.

CREATE TABLE account (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
  password text,                          -- argon2id in PHC form; NULL: no login with a password
  server_admin boolean NOT NULL,
  created_us bigint NOT NULL,
  disabled_us bigint,
  last_login_us bigint
);

CREATE TABLE team (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
  created_us bigint NOT NULL
);

CREATE TABLE team_member (
  team_id uuid NOT NULL REFERENCES team ON DELETE CASCADE,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  PRIMARY KEY (team_id, account_id)
);
CREATE INDEX team_member_account ON team_member (account_id);

CREATE TABLE project_member (
  project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
  account_id uuid REFERENCES account ON DELETE CASCADE,
  team_id uuid REFERENCES team ON DELETE CASCADE,
  role smallint NOT NULL CHECK (role BETWEEN 1 AND 3),  -- core::Role
  CHECK (num_nonnulls(account_id, team_id) = 1),
  UNIQUE (project_id, account_id),
  UNIQUE (project_id, team_id)
);
CREATE INDEX project_member_account ON project_member (account_id);
CREATE INDEX project_member_team ON project_member (team_id);

CREATE TABLE api_key (
  id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{8}$'),     -- the part of the key that is shown
  hash bytea NOT NULL,                                  -- SHA-256 of the whole key
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  name text NOT NULL,
  role smallint NOT NULL CHECK (role BETWEEN 1 AND 3),  -- at most
  project_id uuid REFERENCES project ON DELETE CASCADE, -- NULL: all that its user may
  created_us bigint NOT NULL,
  expires_us bigint,
  revoked_us bigint,
  last_used_us bigint,
  last_used_from text NOT NULL DEFAULT ''
);
CREATE INDEX api_key_account ON api_key (account_id);

CREATE TABLE browser_session (
  hash bytea PRIMARY KEY,                               -- SHA-256 of the cookie
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  created_us bigint NOT NULL,
  last_seen_us bigint NOT NULL,
  expires_us bigint NOT NULL,
  address text NOT NULL
);
CREATE INDEX browser_session_account ON browser_session (account_id);

-- One-time links for the first admin.
CREATE TABLE first_start (
  hash bytea PRIMARY KEY,
  expires_us bigint NOT NULL
);

-- Failed logins, as leaky buckets: 65,536 for accounts, then as many for addresses, by a hash. Cannot grow.
CREATE TABLE login_failure (
  bucket integer PRIMARY KEY CHECK (bucket BETWEEN 0 AND 131071),
  level double precision NOT NULL,
  at_us bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE audit (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at_us bigint NOT NULL,
  actor text NOT NULL,                                  -- name; '' for nobody in particular
  key_id text NOT NULL,
  address text NOT NULL,
  request_id text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  detail text NOT NULL
);
CREATE INDEX audit_time ON audit (at_us);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at_us < extract(epoch FROM now() - interval '30 days') * 1000000 THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_guard BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_keep BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- Rises with each change of anybody's rights: what is open looks again then.
CREATE TABLE access_version (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  version bigint NOT NULL
);
INSERT INTO access_version (version) VALUES (1);
CREATE FUNCTION access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE access_version SET version = version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE OF server_admin, disabled_us ON account
  FOR EACH STATEMENT EXECUTE FUNCTION access_changed();
CREATE TRIGGER access_changed AFTER INSERT OR DELETE ON team_member FOR EACH STATEMENT EXECUTE FUNCTION access_changed();
CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON project_member
  FOR EACH STATEMENT EXECUTE FUNCTION access_changed();
CREATE TRIGGER access_changed AFTER DELETE OR UPDATE OF role, project_id, expires_us, revoked_us ON api_key
  FOR EACH STATEMENT EXECUTE FUNCTION access_changed();
CREATE TRIGGER access_changed AFTER DELETE ON browser_session FOR EACH STATEMENT EXECUTE FUNCTION access_changed();
