-- The sessions of ingest's workers at the broker. A client id names a queue there, so whoever knows the id of another client's session
-- can take what waits in it: each worker's id gets a part that cannot be guessed, made once and kept here, since workers have no disk.
CREATE TABLE broker_session (
    worker     text PRIMARY KEY,                 -- KIEZBOX_INGEST_CLIENT_ID; until this migration the client id itself
    client_id  text NOT NULL UNIQUE,             -- of the worker's session: the name above, and a random part
    made_at    timestamptz NOT NULL DEFAULT now(),
    drained_at timestamptz                       -- when the session with the guessable client id held nothing more and was removed
);
COMMENT ON TABLE broker_session IS 'The sessions of ingest''s workers at the broker';

-- Who may come in at the broker without a credential of its own. A database that has boxes already is an installation from before
-- credentials: its senders keep a sensor's rights until an operator closes the broker (kiezbox broker close). A new one is closed.
CREATE TABLE broker_access (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    closed_at timestamptz,                       -- null: senders without a credential are let in
    closed_by text                               -- a user of the machine; null: closed from the start
);
COMMENT ON TABLE broker_access IS 'Whether the broker lets senders in that have no credential: one row';
INSERT INTO broker_access (closed_at) SELECT CASE WHEN EXISTS (SELECT FROM box) THEN NULL ELSE now() END;

-- Boxes in service that have nothing of their own to sign in with, and when they last sent. Ingest and doctor name them: a broker may
-- confirm to a sender what it drops, so the sender would never notice.
CREATE VIEW sender_without_credential AS
SELECT box.id AS box, box.last_seen, access.closed_at IS NULL AS is_let_in
FROM box CROSS JOIN broker_access AS access
WHERE box.retired_at IS NULL AND NOT EXISTS (
    SELECT FROM box_credential AS held WHERE held.box = box.id AND held.revoked_at IS NULL AND held.kind <> 'node'
);
COMMENT ON VIEW sender_without_credential IS 'Boxes in service without a credential at the broker';
