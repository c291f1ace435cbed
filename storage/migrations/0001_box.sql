-- A box: registered by an operator, or only seen because it sent something.
CREATE TABLE box (
    id            text PRIMARY KEY CHECK (id ~ '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$'),
    district      smallint CHECK (district BETWEEN 0 AND 255),
    number        smallint CHECK (number BETWEEN 0 AND 255),
    name          text,
    latitude      float8 CHECK (latitude BETWEEN -90 AND 90),
    longitude     float8 CHECK (longitude BETWEEN -180 AND 180),
    registered_at timestamptz,               -- NULL: only seen
    first_seen    timestamptz,
    last_seen     timestamptz,
    node          bigint UNIQUE              -- Meshtastic node number
);
COMMENT ON TABLE box IS 'Boxes: registered, or only seen (registered_at is null)';

-- Every change of presence, mode, mains, router, uplink and battery that a box reported.
CREATE TABLE status (
    box             text NOT NULL REFERENCES box (id),
    at              timestamptz NOT NULL,    -- the box's own clock; the hub's for a last will, which has none
    received_at     timestamptz NOT NULL,
    online          boolean NOT NULL,
    mode            text NOT NULL DEFAULT 'unknown' CHECK (mode IN ('maintenance', 'normal', 'emergency', 'unknown')),
    mains           boolean,
    router_powered  boolean,
    uplink          text,
    battery_percent float8,
    clients         integer,
    interval_s      float8,
    outbox          bigint,
    boot            text,
    firmware        text,
    latitude        float8,
    longitude       float8,
    PRIMARY KEY (box, at)
);
CREATE INDEX status_received_at ON status (box, received_at);  -- presence goes by arrival: a last will has no time of its own
COMMENT ON TABLE status IS 'History of what boxes said about themselves';

-- What must never be lost and belongs to the crisis part: a copy for history and dashboards.
CREATE TABLE crisis_event (
    id          uuid PRIMARY KEY,
    node        text NOT NULL,               -- who wrote the event down
    at          timestamptz NOT NULL,
    actor       text NOT NULL,
    kind        text NOT NULL,
    body        jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX crisis_event_at ON crisis_event (at);
