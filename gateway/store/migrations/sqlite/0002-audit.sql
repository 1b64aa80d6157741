-- Who read which fields of which records. Rows are only ever added at the end, and removed from the
-- beginning when their time is over; what stands between is held together by the hashes.
CREATE TABLE audit_entry (
  number INTEGER PRIMARY KEY,
  -- JSON, as it was hashed.
  entry TEXT NOT NULL,
  -- HMAC over the hash before, the number and the entry.
  hash TEXT NOT NULL,
  at INTEGER GENERATED ALWAYS AS (entry ->> '$.at') VIRTUAL,
  subject TEXT GENERATED ALWAYS AS (entry ->> '$.subject') VIRTUAL,
  reading TEXT GENERATED ALWAYS AS (entry ->> '$.reading') VIRTUAL
) STRICT;
CREATE INDEX audit_entry_by_at ON audit_entry (at);
CREATE INDEX audit_entry_by_subject ON audit_entry (subject, number);
CREATE INDEX audit_entry_by_reading ON audit_entry (reading, number);

-- What an operation reads is the same each time: kept once, and named by its SHA-256.
CREATE TABLE audit_reading (
  hash TEXT PRIMARY KEY,
  -- JSON: the coordinates that were read, and those that were refused.
  coordinates TEXT NOT NULL
) STRICT;

-- Where the chain ends, and where it begins once old entries were removed.
CREATE TABLE audit_chain (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  anchor_number INTEGER NOT NULL,
  anchor_hash TEXT NOT NULL,
  head_number INTEGER NOT NULL,
  head_hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_chain VALUES (1, 0, '', 0, '');

-- Against a mistake; against malice there are the hashes.
CREATE TRIGGER audit_entry_never_changes BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry
WHEN OLD.number > (SELECT anchor_number FROM audit_chain)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_reading_never_changes BEFORE UPDATE ON audit_reading
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
