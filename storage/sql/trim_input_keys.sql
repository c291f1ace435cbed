-- $1 before timestamptz, $2 limit int (rows)
WITH gone AS (
    DELETE FROM input_key WHERE (format, key) IN (
        SELECT format, key FROM input_key WHERE heard_at < $1::timestamptz ORDER BY heard_at LIMIT $2::int
    )
    RETURNING 1
)
SELECT count(*) FROM gone
