-- $1 readings bytea (devices/packed.py): what this transaction stored, for the live stream. Listeners wake when it commits.
-- Returns before when readings are late for hours that are stored (storage/rollups.py): null where none are.
WITH fed AS (
    INSERT INTO feed (readings) VALUES ($1) RETURNING id
)
SELECT pg_notify('kiezbox_feed', fed.id::text), nullif(rollup_progress.late_before, '-infinity') AS late_before
FROM fed CROSS JOIN rollup_progress
