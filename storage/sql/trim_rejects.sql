-- $1 before timestamptz, $2 keep int (rows), $3 before timestamptz (names that nobody mapped), $4 limit int (rows): what is too
-- old goes, and while there are too many the noisiest
-- lose theirs first: every reason has the same number of places, and within a reason every box has. So the rejects that
-- somebody wants to retry stay, however many of another reason or of another box come.
WITH placed AS (
    SELECT id, row_number() OVER (PARTITION BY reason ORDER BY of_box, id DESC) AS place
    FROM (SELECT id, reason, row_number() OVER (PARTITION BY reason, box ORDER BY id DESC) AS of_box
          FROM reject WHERE received_at >= $1::timestamptz) AS numbered
), gone AS (
    DELETE FROM reject WHERE id IN (
        SELECT id FROM (
            (SELECT id FROM reject WHERE received_at < $1::timestamptz OR (reason = 'unmapped' AND received_at < $3::timestamptz)
             ORDER BY received_at LIMIT $4::int)
            UNION
            (SELECT id FROM placed ORDER BY place DESC, id
             LIMIT least((SELECT greatest(count(*) - $2::int, 0) FROM reject WHERE received_at >= $1::timestamptz), $4::int))
        ) AS old
        LIMIT $4::int
    )
    RETURNING reason
), counted AS (
    INSERT INTO removed AS r (relation, reason, rows, last_at)
    SELECT 'reject', reason, count(*), clock_timestamp() FROM gone GROUP BY reason
    ON CONFLICT (relation, reason) DO UPDATE SET rows = r.rows + excluded.rows, last_at = excluded.last_at
)
SELECT count(*) FROM gone
