-- What migrations/sqlite/ has made by and by. Moments are milliseconds since 1970; text is compared by its
-- bytes, as SQLite does.

-- Changes whenever what a process may have remembered about callers is no longer true.
CREATE TABLE revision (number BIGINT NOT NULL);
INSERT INTO revision (number) VALUES (1);

-- Tokens that Isthmus issued. The token itself is not here: only its hash and its last four characters.
CREATE TABLE issued_token (
  id TEXT COLLATE "C" PRIMARY KEY,
  hash TEXT COLLATE "C" NOT NULL UNIQUE,
  last_four TEXT NOT NULL,
  -- ISSUED by an administrator, or ACCESS for minutes, to a partner that proved its key.
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('ISSUED', 'ACCESS')),
  name TEXT NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  -- A JSON list of addresses and CIDR ranges; null: from anywhere.
  addresses TEXT,
  -- A JSON list of scopes, of which a token grants what its plan grants too; null: all that the plan grants.
  scopes TEXT,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  replaced_by TEXT COLLATE "C" REFERENCES issued_token (id),
  revoked_at BIGINT,
  revoked_by TEXT,
  last_used_at BIGINT,
  uses BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX issued_token_by_time ON issued_token (kind, created_at, id);
CREATE INDEX issued_token_by_subject ON issued_token (subject, kind, created_at, id);

-- Who has been here with a token, and what it granted then: what a run without a token goes by.
CREATE TABLE subject (
  subject TEXT COLLATE "C" PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('EMPLOYEE', 'PARTNER')),
  -- A JSON list of the groups that the issuer claimed last.
  groups TEXT NOT NULL,
  first_seen_at BIGINT,
  last_seen_at BIGINT,
  disabled_at BIGINT,
  disabled_by TEXT
);

-- What a repeated change answers: the same thing, done once.
CREATE TABLE idempotent_request (
  subject TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  request_hash TEXT NOT NULL,
  result TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (subject, key)
);

-- Client assertions (RFC 7523) that were used: each is good once.
CREATE TABLE used_assertion (
  subject TEXT COLLATE "C" NOT NULL,
  jti TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (subject, jti)
);
CREATE INDEX used_assertion_by_expiry ON used_assertion (expires_at);

-- Who read which fields of which records. Rows are only ever added at the end, and removed from the
-- beginning when their time is over; what stands between is held together by the hashes.
CREATE TABLE audit_entry (
  number BIGINT PRIMARY KEY,
  -- JSON, as it was hashed.
  entry TEXT NOT NULL,
  -- HMAC over the hash before, the number and the entry.
  hash TEXT NOT NULL,
  at BIGINT GENERATED ALWAYS AS ((entry::jsonb ->> 'at')::bigint) STORED,
  subject TEXT COLLATE "C" GENERATED ALWAYS AS (entry::jsonb ->> 'subject') STORED,
  reading TEXT COLLATE "C" GENERATED ALWAYS AS (entry::jsonb ->> 'reading') STORED
);
CREATE INDEX audit_entry_by_at ON audit_entry (at);
CREATE INDEX audit_entry_by_subject ON audit_entry (subject, number);
CREATE INDEX audit_entry_by_reading ON audit_entry (reading, number);

-- What an operation reads is the same each time: kept once, and named by its SHA-256.
CREATE TABLE audit_reading (
  hash TEXT COLLATE "C" PRIMARY KEY,
  -- JSON: the coordinates that were read, and those that were refused.
  coordinates TEXT NOT NULL
);

-- Where the chain ends, and where it begins once old entries were removed.
CREATE TABLE audit_chain (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  anchor_number BIGINT NOT NULL,
  anchor_hash TEXT NOT NULL,
  head_number BIGINT NOT NULL,
  head_hash TEXT NOT NULL
);
INSERT INTO audit_chain VALUES (1, 0, '', 0, '');

-- Against a mistake; against malice there are the hashes.
CREATE FUNCTION audit_never_changes() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$;
CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF OLD.number > (SELECT anchor_number FROM audit_chain) THEN
    RAISE EXCEPTION 'the audit is append-only';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER audit_entry_never_changes BEFORE UPDATE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_never_changes();
CREATE TRIGGER audit_entry_never_cleared BEFORE TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_never_changes();
CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_entry_stays();
CREATE TRIGGER audit_reading_never_changes BEFORE UPDATE ON audit_reading
FOR EACH ROW EXECUTE FUNCTION audit_never_changes();
