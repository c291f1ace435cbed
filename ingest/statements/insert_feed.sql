-- $1 series int[], $2 measured_at timestamptz[], $3 value float8[], $4 flag smallint[], $5 received_at timestamptz[]
-- What this transaction stored, for the live stream; listeners wake when it commits.
WITH fed AS (
    INSERT INTO feed (series, measured_at, value, flag, received_at) VALUES ($1, $2, $3, $4, $5) RETURNING id
)
SELECT pg_notify('kiezbox_feed', id::text) FROM fed
