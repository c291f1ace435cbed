-- The books: over any interval and box, received = stored + duplicate + rejected, in messages and in readings.
CREATE TABLE message_ledger (
    minute             timestamptz NOT NULL,  -- when the hub received them
    box                text NOT NULL,         -- '-' where no box could be read from the topic
    messages_received  bigint NOT NULL DEFAULT 0,
    messages_stored    bigint NOT NULL DEFAULT 0,
    messages_duplicate bigint NOT NULL DEFAULT 0,
    messages_rejected  bigint NOT NULL DEFAULT 0,
    readings_received  bigint NOT NULL DEFAULT 0,
    readings_stored    bigint NOT NULL DEFAULT 0,
    readings_duplicate bigint NOT NULL DEFAULT 0,
    readings_rejected  bigint NOT NULL DEFAULT 0,
    readings_differing bigint NOT NULL DEFAULT 0,  -- of the duplicates: came with another value for the same key
    messages_lost      bigint NOT NULL DEFAULT 0,  -- gaps in seq that opened, less those that closed
    PRIMARY KEY (minute, box)
);

-- How far each start of each box has come.
CREATE TABLE progress (
    box              text NOT NULL REFERENCES box (id),
    boot             text NOT NULL,
    highest_seq      bigint NOT NULL,
    missing          int8multirange NOT NULL DEFAULT '{}',  -- seqs between 1 and highest_seq that never arrived
    clock            text,
    clock_skew_s     float8,                                -- sent minus received: what the box's clock is ahead
    last_sent_at     timestamptz,
    last_received_at timestamptz NOT NULL,
    PRIMARY KEY (box, boot)
);

-- What was rejected, with its bytes: nothing disappears without a trace.
CREATE TABLE reject (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    box         text,
    topic       text NOT NULL,
    payload     bytea NOT NULL,
    reason      text NOT NULL,
    detail      text NOT NULL,
    readings    integer NOT NULL DEFAULT 0   -- how many readings of the message this row stands for; 0: the whole message
);
CREATE INDEX reject_received_at ON reject (received_at);
