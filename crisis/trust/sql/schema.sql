-- On a hub: which nodes people have added. The command line writes it, the running hub reads it and issues certificates.
CREATE TABLE IF NOT EXISTS node (
    name        TEXT PRIMARY KEY,
    areas       TEXT NOT NULL,    -- a JSON array
    secret      BLOB,             -- of the bundle, until a box has joined with it
    added_at    INTEGER NOT NULL, -- ms since 1970, as all times here
    joined_at   INTEGER,
    certificate TEXT,             -- the newest, as the hub signed it
    serial      INTEGER,          -- of that certificate
    key         BLOB,             -- its public key
    until_at    INTEGER,          -- by when it should be renewed
    revoked_at  INTEGER,
    reason      TEXT NOT NULL DEFAULT '',
    new_log     BLOB,             -- a log that a node without a key shows up with, until people accept it
    accepted    INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
