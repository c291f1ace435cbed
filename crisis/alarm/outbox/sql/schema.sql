-- Alarms as this node tells of them, and every message (crisis/alarm/outbox). Safe to run twice.
-- Times in chain_ms are those of the chain's clock (chain_clock.py), which nobody can set.
CREATE TABLE IF NOT EXISTS alarm (
    name        TEXT PRIMARY KEY,         -- kind/subject
    opening     BLOB NOT NULL,            -- of this opening: an alarm may come again
    opened_chain_ms INTEGER NOT NULL,
    facts       TEXT NOT NULL,            -- JSON of crisis/alarm/alarms.py, Alarm
    told_count  INTEGER NOT NULL DEFAULT 0,
    is_noted    INTEGER NOT NULL DEFAULT 0, -- alarm_opened is in the log
    closed_ms   INTEGER,                  -- since 1970; NULL: it is open
    closed_by   TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS message (
    id          BLOB PRIMARY KEY,
    alarm       TEXT NOT NULL,
    opening     BLOB NOT NULL,
    person      TEXT NOT NULL,
    step        INTEGER NOT NULL,
    sort        TEXT NOT NULL,
    only        TEXT NOT NULL DEFAULT '', -- a test goes by this channel and no other
    state       TEXT NOT NULL,            -- held, waiting, sending, sent, unsure, ended
    channel     TEXT NOT NULL DEFAULT '', -- the last one that was tried
    tried       TEXT NOT NULL DEFAULT '', -- in this round, separated by spaces
    attempts    INTEGER NOT NULL DEFAULT 0,
    unsure      INTEGER NOT NULL DEFAULT 0, -- how often the process ended while it was being sent
    failing     INTEGER NOT NULL DEFAULT 0, -- every channel failed at least once
    made_chain_ms INTEGER NOT NULL,
    sent_ms     INTEGER,                  -- since 1970
    reason      TEXT NOT NULL DEFAULT '',
    counted_in  BLOB,                     -- the message that counts this one
    is_noted    INTEGER NOT NULL DEFAULT 0  -- alarm_sent is in the log
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS message_alarm ON message (alarm);
CREATE INDEX IF NOT EXISTS message_person ON message (person, made_chain_ms);
CREATE INDEX IF NOT EXISTS message_counted ON message (counted_in) WHERE counted_in IS NOT NULL;
CREATE INDEX IF NOT EXISTS message_open ON message (state) WHERE state IN ('held', 'waiting', 'sending');

CREATE TABLE IF NOT EXISTS seen (
    opening     BLOB NOT NULL,
    person      TEXT NOT NULL,
    chain_ms    INTEGER NOT NULL,         -- a wall clock that is set afterwards moves nothing
    by          TEXT NOT NULL,
    PRIMARY KEY (opening, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS channel (
    name        TEXT PRIMARY KEY,
    failing_chain_ms INTEGER,             -- since when nothing goes through; NULL: it works
    reason      TEXT NOT NULL DEFAULT '',
    sent_ms     INTEGER                   -- the last message that it took
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS request (     -- what the command line asks the running node to do (requests.py)
    id          BLOB PRIMARY KEY,
    request     TEXT NOT NULL,           -- JSON
    answer      TEXT                     -- NULL: not done yet; "" done; else why not
) STRICT, WITHOUT ROWID;
