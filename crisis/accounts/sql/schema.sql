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

CREATE TABLE IF NOT EXISTS wall (     -- wall displays (walls.py)
    id BLOB PRIMARY KEY,              -- SHA-256 of the token
    name TEXT NOT NULL UNIQUE,
    made_ms INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    seen_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS secret (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outbox (   -- what happened to accounts and is not in the log yet (outbox.py)
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event BLOB NOT NULL,              -- the id that the event gets, so that it is written once
    actor TEXT NOT NULL,              -- who did it
    change TEXT NOT NULL,             -- made, role, password, granted, signed_in, ...
    account TEXT NOT NULL,
    detail TEXT NOT NULL              -- JSON
) STRICT;

CREATE TABLE IF NOT EXISTS account_area (  -- at a hub: where an account may be used besides
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    area TEXT NOT NULL,
    granted_ms INTEGER NOT NULL,
    PRIMARY KEY (account, area)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sealed (   -- at a hub: what was sent to which box
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    box TEXT NOT NULL,
    digest BLOB NOT NULL,             -- of the credential and the box's key
    sealed_ms INTEGER NOT NULL,
    taken_ms INTEGER,                 -- when the box was known to have it
    PRIMARY KEY (account, box)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS device (   -- browsers on which an account has signed in
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    device TEXT NOT NULL,             -- devices.py
    seen_ms INTEGER NOT NULL,
    PRIMARY KEY (account, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS meta (     -- `role` of the node; `ended`: how often sessions were ended before their time
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
