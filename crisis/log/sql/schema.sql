-- The log of one node. Nothing in `event` is ever deleted, and of an event only its signature is added later; a box
-- that learns to keep only its own residents' words blanks those of others, once.
PRAGMA page_size = 4096;      -- page_salvage.py reads pages of this size
PRAGMA application_id = 1801807226;  -- "kez:": this file is ours
PRAGMA user_version = 2;

CREATE TABLE log (
    id   BLOB NOT NULL,       -- names this file: a recovered or restored one gets another (sync/protocol.py)
    made INTEGER NOT NULL     -- ms since 1970
);

CREATE TABLE event (
    seq         INTEGER PRIMARY KEY,  -- order of arrival at this node
    id          BLOB NOT NULL UNIQUE,
    node        TEXT NOT NULL,        -- where it was written down first
    at          INTEGER NOT NULL,     -- ms since 1970, as all times here
    clock_at    INTEGER,
    actor       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    body        TEXT NOT NULL,        -- JSON, with every key that its author wrote
    received_at INTEGER NOT NULL,     -- by this node's clock
    via         TEXT NOT NULL,        -- '' written here, else the peer and its log that brought it
    checksum    INTEGER NOT NULL,     -- CRC-32 of everything but seq (records.py)
    serial      INTEGER,              -- of the signer's certificate; 0: it came unsigned; NULL: it is not signed yet
    signature   BLOB                  -- Ed25519 (crisis/trust/signatures.py); it was checked before the event was kept
);

-- How far this node and each of its peers know each other's logs.
CREATE TABLE peer (
    node     TEXT NOT NULL,
    log      BLOB NOT NULL,           -- the peer's log
    taken    INTEGER NOT NULL,        -- we have everything of it up to here
    taken_id BLOB,                    -- the event that stands there: a restored log has another one
    given    INTEGER NOT NULL,        -- it has everything of ours up to here, when we last heard
    heard_at INTEGER NOT NULL,
    PRIMARY KEY (node, log)
) WITHOUT ROWID;

-- What a node sent and may not write, or cannot have written: not folded, not passed on, shown to staff (held.py).
CREATE TABLE held (
    id          BLOB PRIMARY KEY,     -- of the event
    reason      TEXT NOT NULL,
    sender      TEXT NOT NULL,        -- the node that sent it; "" when it was in this log before it was checked
    received_at INTEGER NOT NULL,
    event       TEXT NOT NULL         -- as in a frame of the sync
) WITHOUT ROWID;

-- What this log remembers about itself, by name: numbers.
CREATE TABLE mark (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
