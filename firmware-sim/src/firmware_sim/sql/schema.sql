-- The ledger of a box. The CHECKs hold the conservation law: what was made is waiting, stored, dropped or rejected.
CREATE TABLE box (
    id                TEXT PRIMARY KEY,
    last_at           INTEGER NOT NULL DEFAULT 0,  -- measured times only grow, also across restarts
    waiting_messages  INTEGER NOT NULL DEFAULT 0,
    waiting_readings  INTEGER NOT NULL DEFAULT 0,
    waiting_bytes     INTEGER NOT NULL DEFAULT 0,
    made_messages     INTEGER NOT NULL DEFAULT 0,
    made_readings     INTEGER NOT NULL DEFAULT 0,
    stored_messages   INTEGER NOT NULL DEFAULT 0,
    stored_readings   INTEGER NOT NULL DEFAULT 0,
    dropped_messages  INTEGER NOT NULL DEFAULT 0,
    dropped_readings  INTEGER NOT NULL DEFAULT 0,
    rejected_messages INTEGER NOT NULL DEFAULT 0,
    rejected_readings INTEGER NOT NULL DEFAULT 0,
    CHECK (made_messages = waiting_messages + stored_messages + dropped_messages + rejected_messages),
    CHECK (made_readings = waiting_readings + stored_readings + dropped_readings + rejected_readings),
    CHECK (waiting_messages >= 0 AND waiting_readings >= 0 AND waiting_bytes >= 0)
) WITHOUT ROWID;

-- What the hub has not acknowledged yet. `id` is the order in which messages were made.
CREATE TABLE message (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    box      TEXT NOT NULL,
    boot     TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    first_at INTEGER NOT NULL,                     -- the oldest measured time in it
    readings INTEGER NOT NULL,
    samples  TEXT NOT NULL,                        -- as on the wire
    UNIQUE (box, boot, seq)
);
CREATE INDEX message_by_box ON message (box, id);

-- What the hub rejected: kept for inspection, never sent again.
CREATE TABLE dead_letter (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    box      TEXT NOT NULL,
    boot     TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    at       INTEGER NOT NULL,                     -- when the box received the ack
    readings INTEGER NOT NULL,
    samples  TEXT NOT NULL
);
CREATE INDEX dead_letter_by_box ON dead_letter (box, id);
