-- $1 before timestamptz, $2 limit int (rows)
-- The stored readings of these rows are counted too, so that the rest of the ledger can still be compared with the readings.
WITH gone AS (
    DELETE FROM message_ledger USING (
        SELECT minute, box FROM message_ledger WHERE minute < $1::timestamptz ORDER BY minute, box LIMIT $2::int
    ) AS old
    WHERE message_ledger.minute = old.minute AND message_ledger.box = old.box
    RETURNING readings_stored
), counted AS (
    INSERT INTO removed AS r (relation, reason, rows, last_at)
    SELECT 'message_ledger', counter.reason, counter.amount, clock_timestamp()
    FROM (SELECT count(*) AS lines, coalesce(sum(readings_stored), 0)::bigint AS stored FROM gone) AS sums
    CROSS JOIN LATERAL (VALUES ('', sums.lines), ('readings_stored', sums.stored)) AS counter (reason, amount)
    WHERE sums.lines > 0
    ON CONFLICT (relation, reason) DO UPDATE SET rows = r.rows + excluded.rows, last_at = excluded.last_at
)
SELECT count(*) FROM gone
