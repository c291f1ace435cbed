-- One line in a chart.
CREATE TABLE series (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    box      text NOT NULL REFERENCES box (id),
    source   text NOT NULL,
    quantity text NOT NULL REFERENCES quantity (name),
    UNIQUE (box, source, quantity)
);

-- Narrow on purpose: any sensor fits, and it compresses by series.
-- delay_s is how many seconds after measuring the hub received it: small whole numbers cost almost nothing compressed,
-- where a received_at of its own would cost more than the value.
CREATE TABLE reading (
    measured_at timestamptz NOT NULL,
    value       float8 NOT NULL,
    series      integer NOT NULL,
    delay_s     integer NOT NULL,
    flag        smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (series, measured_at)
);

-- The newest reading of each series by measured time.
CREATE TABLE latest (
    series      integer PRIMARY KEY REFERENCES series (id),
    measured_at timestamptz NOT NULL,
    value       float8 NOT NULL,
    flag        smallint NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL
) WITH (fillfactor = 50);  -- updated all the time: room for updates that touch no index

-- What was committed, in the order of commits, kept for an hour: the live stream reads and resumes from here.
-- A row is one batch as parallel arrays. `tx` tells which rows can still be overtaken by a transaction in flight.
CREATE TABLE feed (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tx           xid8 NOT NULL DEFAULT pg_current_xact_id(),
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    series       integer[] NOT NULL,
    measured_at  timestamptz[] NOT NULL,
    value        float8[] NOT NULL,
    flag         smallint[] NOT NULL,
    received_at  timestamptz[] NOT NULL
);
CREATE INDEX feed_committed_at ON feed (committed_at);
CREATE INDEX feed_order ON feed (tx, id);  -- the order in which the stream reads
