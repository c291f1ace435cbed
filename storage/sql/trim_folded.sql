-- $1 before timestamptz, $2 limit int (rows). Five-minute buckets go; hours and days stay for ever.
WITH gone AS (
    DELETE FROM folded_5m USING (
        SELECT old.series, old.bucket
        FROM series
        CROSS JOIN LATERAL (
            SELECT f.series, f.bucket FROM folded_5m AS f
            WHERE f.series = series.id AND f.bucket < $1::timestamptz
            ORDER BY f.bucket LIMIT $2::int
        ) AS old
        LIMIT $2::int
    ) AS old
    WHERE folded_5m.series = old.series AND folded_5m.bucket = old.bucket
    RETURNING 1
), counted AS (
    INSERT INTO removed AS r (relation, rows, last_at)
    SELECT 'folded_5m', count(*), clock_timestamp() FROM gone HAVING count(*) > 0
    ON CONFLICT (relation, reason) DO UPDATE SET rows = r.rows + excluded.rows, last_at = excluded.last_at
)
SELECT count(*) FROM gone
