-- $1 before timestamptz, $2 keep int (rows), $3 limit int (rows): the oldest go first, by age or because they are too many
WITH gone AS (
    DELETE FROM reject WHERE id IN (
        SELECT id FROM (
            (SELECT id FROM reject WHERE received_at < $1::timestamptz ORDER BY received_at LIMIT $3::int)
            UNION
            (SELECT id FROM reject WHERE id <= (SELECT id FROM reject ORDER BY id DESC OFFSET $2::int LIMIT 1)
             ORDER BY id LIMIT $3::int)
        ) AS old
        LIMIT $3::int
    )
    RETURNING reason
), counted AS (
    INSERT INTO removed AS r (relation, reason, rows, last_at)
    SELECT 'reject', reason, count(*), clock_timestamp() FROM gone GROUP BY reason
    ON CONFLICT (relation, reason) DO UPDATE SET rows = r.rows + excluded.rows, last_at = excluded.last_at
)
SELECT count(*) FROM gone
