-- $1 readings bytea (devices/packed.py): what this transaction stored, for the live stream. Listeners wake when it commits.
WITH fed AS (
    INSERT INTO feed (readings) VALUES ($1) RETURNING id
)
SELECT pg_notify('kiezbox_feed', id::text) FROM fed
