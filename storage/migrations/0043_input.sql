-- Devices and programs of other makes: who may send over HTTP, the names that they send, and what operators say they mean.

-- By which format a box was first heard, where that is not one of Kiezbox' own. Such a box is not public until an operator
-- says so, however old the database is.
ALTER TABLE box ADD COLUMN input text CHECK (input <> '');
COMMENT ON COLUMN box.input IS 'The format of another make by which it was first heard (devices/wire/formats); NULL: one of our own';

CREATE OR REPLACE VIEW shown_box AS
SELECT box.id, box.district, box.number, box.name, stands.latitude, stands.longitude,
       box.registered_at, box.retired_at, box.withdrawn_at, box.first_seen, box.last_seen, box.is_public, box.place_is_exact,
       box.registered_at IS NULL
           AND EXISTS (SELECT FROM place WHERE place.box = box.id AND place.number > 1) AS is_moving,
       (box.node IS NULL AND box.input IS NULL) OR EXISTS (SELECT FROM progress WHERE progress.box = box.id) AS speaks_v1
FROM box
-- One row a box, as PostgreSQL can see: who asks no place is answered without looking for any, in half of the time.
LEFT JOIN (
    SELECT DISTINCT ON (box) box, latitude, longitude FROM public_place ORDER BY box, since DESC
) AS stands ON stands.box = box.id;

-- Who may send over HTTP. The secret stands in the path of the address that the device is given; here is its SHA-256 alone:
-- it has 130 random bits, so nobody finds it by trying.
CREATE TABLE input_sender (
    id         integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    format     text NOT NULL CHECK (format ~ '^[a-z][a-z0-9_]{0,30}$'),
    digest     bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
    boxes      text[] NOT NULL CHECK (boxes <> '{}'),  -- patterns with * of the boxes that it may speak for
    note       text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    heard_at   timestamptz,  -- when it sent something last, to the minute
    revoked_at timestamptz,
    revoked_by text
);
COMMENT ON TABLE input_sender IS 'Who may send over HTTP: secrets in paths, by their SHA-256';

-- Names that nobody has mapped to a quantity: seen and counted. The newest value is kept of registered boxes only.
CREATE TABLE input_name (
    format   text NOT NULL,
    box      text NOT NULL,
    source   text NOT NULL,
    name     text NOT NULL,
    unit     text NOT NULL,  -- as sent; empty: none
    value    float8,
    count    bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (format, box, source, name, unit)
);
COMMENT ON TABLE input_name IS 'Names sent by devices of other makes of which nobody has said what they mean';

-- What an operator said a name means.
CREATE TABLE input_mapping (
    format     text NOT NULL,
    box        text NOT NULL,  -- an id, or * for every box
    name       text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    quantity   text REFERENCES quantity (name) ON DELETE CASCADE,  -- NULL: not worth storing
    unit       text,           -- in which the device sends it; NULL: as it says
    source     text CHECK (source ~ '^[a-z0-9]([a-z0-9-]{0,62})$'),  -- NULL: as it says
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    PRIMARY KEY (format, box, name)
);
COMMENT ON TABLE input_mapping IS 'What names sent by devices of other makes mean: kiezbox inputs map';

-- Messages that are named by something else than their times: the same name twice is one message. Kept for a day.
CREATE TABLE input_key (
    format   text NOT NULL,
    key      text NOT NULL CHECK (length(key) <= 200),
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (format, key)
);
CREATE INDEX input_key_heard_at ON input_key (heard_at);
COMMENT ON TABLE input_key IS 'Names of the messages of the last day, by which repeats are known';
