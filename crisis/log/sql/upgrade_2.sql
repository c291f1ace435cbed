-- A log of version 1: events get room for their signatures. What is in it was never checked: the mark says up to where.
ALTER TABLE event ADD COLUMN serial INTEGER;
ALTER TABLE event ADD COLUMN signature BLOB;
CREATE TABLE held (
    id          BLOB PRIMARY KEY,
    reason      TEXT NOT NULL,
    sender      TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    event       TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE mark (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO mark (name, value) SELECT 'unchecked', coalesce(max(seq), 0) FROM event;
PRAGMA user_version = 2;
