-- What the clock of an event's node said, where the event's time is another one (crisis/clock.py).
ALTER TABLE crisis_event ADD COLUMN clock_at timestamptz;

-- Calls for help that ingest noted, until the crisis part has them too.
CREATE INDEX crisis_event_from_ingest ON crisis_event (received_at) WHERE node = 'ingest';
CREATE INDEX crisis_event_kind ON crisis_event (kind, at);

-- How far each node's log has been copied into crisis_event.
CREATE TABLE crisis_copied (
    log uuid PRIMARY KEY,
    seq bigint NOT NULL,
    at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE crisis_copied IS 'How far each crisis log has been copied; written with the rows';
