-- $1 before timestamptz, $2 limit int (rows): names that no device sends any more make room for those that one does
WITH gone AS (
    DELETE FROM input_name WHERE (format, box, source, name, unit) IN (
        SELECT format, box, source, name, unit FROM input_name WHERE last_at < $1::timestamptz ORDER BY last_at LIMIT $2::int
    )
    RETURNING 1
)
SELECT count(*) FROM gone
