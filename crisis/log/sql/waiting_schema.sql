-- Calls and reports beyond the share of their sender (crisis/log/waiting_calls.py).
CREATE TABLE IF NOT EXISTS waiting (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    sender      TEXT NOT NULL,
    topic       TEXT NOT NULL,
    payload     BLOB NOT NULL,
    received_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS waiting_sender ON waiting (sender, number);
