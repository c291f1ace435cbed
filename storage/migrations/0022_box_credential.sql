-- Who may sign in at the broker: a box, its node, a sender of another make, and each session of the hub. The broker's own
-- file is generated from this table (stack/broker), or the broker asks it (docs/operating.md). No password is kept.
CREATE TABLE box_credential (
    username   text PRIMARY KEY CHECK (username ~ '^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$'),
    kind       text NOT NULL CHECK (kind IN ('sensor', 'node', 'esphome', 'meshtastic', 'ingest', 'ingest-beside', 'calls',
                                             'calls-beside', 'sync', 'probe', 'operator', 'hub', 'shared')),
    box        text REFERENCES box (id),
    areas      text[] NOT NULL DEFAULT '{}', -- bulletins beyond those of the box's own district and the city
    mesh       text,                         -- of a Meshtastic gateway: the root of its topics and its id, msh/EU_868/!12345678
    bcrypt     text NOT NULL,                -- the password as NATS and EMQX check it
    pbkdf2     text NOT NULL,                -- the same password as Mosquitto checks it: $7$, PBKDF2 with SHA-512
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    CHECK ((box IS NOT NULL) = (kind IN ('sensor', 'node', 'esphome', 'meshtastic'))),
    CHECK ((mesh IS NOT NULL) = (kind = 'meshtastic'))
);
CREATE INDEX box_credential_box ON box_credential (box);
COMMENT ON TABLE box_credential IS 'Who may sign in at the broker: boxes, and the sessions of the hub';

ALTER TABLE box_change DROP CONSTRAINT box_change_change_check,
    ADD CONSTRAINT box_change_change_check CHECK (change IN ('register', 'rename', 'move', 'retire', 'credential', 'revoke'));
