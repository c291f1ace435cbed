-- The accounts of one node, beside its log. Safe to run twice. Times are milliseconds since 1970.
CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY,            -- lower case
    role TEXT NOT NULL,               -- crisis/model/roles.py
    password TEXT,                    -- argon2id with its parameters; NULL: tokens only
    is_enabled INTEGER NOT NULL DEFAULT 1,
    made_ms INTEGER NOT NULL,
    password_ms INTEGER,
    signed_in_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS session (
    id BLOB PRIMARY KEY,              -- SHA-256 of the cookie
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    made_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS token (
    id BLOB PRIMARY KEY,              -- SHA-256 of the token
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    name TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    until_ms INTEGER,                 -- NULL: until it is revoked
    seen_ms INTEGER,
    UNIQUE (account, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS secret (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
