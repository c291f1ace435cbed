-- A batch in the feed is one packed value (devices/packed.py) instead of five arrays: building arrays element by element
-- cost ingest more than COPY of the readings themselves. What an upgrade drops here is an hour of resuming at most.
DROP TABLE feed;
CREATE TABLE feed (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tx           xid8 NOT NULL DEFAULT pg_current_xact_id(),
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    readings     bytea NOT NULL
);
ALTER TABLE feed ALTER COLUMN readings SET STORAGE EXTERNAL;  -- lives for an hour: not worth the time to compress it
CREATE INDEX feed_committed_at ON feed (committed_at);
CREATE INDEX feed_order ON feed (tx, id);
