-- Second factors and badges of the accounts of one node. Safe to run twice. Times are milliseconds since 1970.
CREATE TABLE IF NOT EXISTS totp (
    account TEXT PRIMARY KEY REFERENCES account (name) ON DELETE CASCADE,
    secret TEXT NOT NULL,             -- base32; it cannot be a hash: the codes are computed from it
    step INTEGER NOT NULL,            -- the newest code that was taken, counted in 30 s since 1970: none is taken twice
    made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS passkey (
    id BLOB PRIMARY KEY,              -- the credential id that the device chose
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    name TEXT NOT NULL,               -- what its owner calls it
    public_key BLOB NOT NULL,         -- COSE
    sign_count INTEGER NOT NULL,      -- as the device counts; a smaller one later: the key was copied
    made_ms INTEGER NOT NULL,
    seen_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS recovery_code (
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    id BLOB NOT NULL,                 -- SHA-256 of the code; the row goes when the code is used
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS factor_required (
    role TEXT PRIMARY KEY,            -- crisis/model/roles.py: accounts of this role need a second factor at the hub
    since_ms INTEGER NOT NULL,
    by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS badge (
    id BLOB PRIMARY KEY,              -- SHA-256 of the code
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    serial TEXT NOT NULL UNIQUE,      -- printed on the badge, to name it without its code
    made_ms INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    device BLOB,                      -- SHA-256 of what the device's cookie holds; NULL: not used yet
    seen_ms INTEGER,
    revoked_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS identity ( -- people whom an OpenID provider vouches for
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,            -- their id there, which never changes
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    made_ms INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
