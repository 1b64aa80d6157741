-- Moments are milliseconds since 1970.

-- Changes whenever what a process may have remembered about callers is no longer true.
CREATE TABLE revision (number INTEGER NOT NULL) STRICT;
INSERT INTO revision (number) VALUES (1);

-- Tokens that Isthmus issued. The token itself is not here: only its hash and its last four characters.
CREATE TABLE issued_token (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  last_four TEXT NOT NULL,
  -- ISSUED by an administrator, or ACCESS for minutes, to a partner that proved its key.
  kind TEXT NOT NULL CHECK (kind IN ('ISSUED', 'ACCESS')),
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  -- A JSON list of addresses and CIDR ranges; null: from anywhere.
  addresses TEXT,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  replaced_by TEXT REFERENCES issued_token (id),
  revoked_at INTEGER,
  revoked_by TEXT,
  last_used_at INTEGER,
  uses INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX issued_token_by_time ON issued_token (kind, created_at, id);
CREATE INDEX issued_token_by_subject ON issued_token (subject, kind, created_at, id);

-- Who has been here with a token, and what it granted then: what a run without a token goes by.
CREATE TABLE subject (
  subject TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('EMPLOYEE', 'PARTNER')),
  -- A JSON list of the groups that the issuer claimed last.
  groups TEXT NOT NULL,
  first_seen_at INTEGER,
  last_seen_at INTEGER,
  disabled_at INTEGER,
  disabled_by TEXT
) STRICT;

-- What a repeated change answers: the same thing, done once.
CREATE TABLE idempotent_request (
  subject TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  result TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (subject, key)
) STRICT;

-- Client assertions (RFC 7523) that were used: each is good once.
CREATE TABLE used_assertion (
  subject TEXT NOT NULL,
  jti TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (subject, jti)
) STRICT;
CREATE INDEX used_assertion_by_expiry ON used_assertion (expires_at);
