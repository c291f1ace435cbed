-- Messages of boxes that send more than their share: kept as they came, read and stored later at a pace of their own
-- (docs/adr/0007-a-waiting-room-for-floods.md). Not in the books until then.
CREATE TABLE deferred (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    box         text NOT NULL,
    received_at timestamptz NOT NULL,
    topic       text NOT NULL,
    payload     bytea NOT NULL
);
CREATE INDEX deferred_by_box ON deferred (box, id);
