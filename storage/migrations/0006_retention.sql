-- How far back each relation still has everything: whoever chooses between readings and rollups asks here.
-- No row: nothing was ever removed.
CREATE TABLE retention (
    relation text PRIMARY KEY,
    since    timestamptz NOT NULL            -- what is older may be gone
);

-- What maintenance removed, counted in the transaction that removed it: nothing disappears without a trace.
CREATE TABLE removed (
    relation text NOT NULL,
    reason   text NOT NULL DEFAULT '',       -- of a reject: why it was one; of the ledger: a column whose sum this is
    rows     bigint NOT NULL,
    last_at  timestamptz NOT NULL,           -- when this counter moved last
    PRIMARY KEY (relation, reason)
);
