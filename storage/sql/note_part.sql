-- $1 part text, $2 failure text, or null when it succeeded
INSERT INTO maintenance_part AS m (part, succeeded_at, failed_at, failures, failure)
SELECT $1::text, CASE WHEN $2::text IS NULL THEN clock_timestamp() END, CASE WHEN $2 IS NOT NULL THEN clock_timestamp() END,
       CASE WHEN $2 IS NULL THEN 0 ELSE 1 END, $2
ON CONFLICT (part) DO UPDATE SET
    succeeded_at = coalesce(excluded.succeeded_at, m.succeeded_at), failed_at = coalesce(excluded.failed_at, m.failed_at),
    failures = m.failures + excluded.failures, failure = coalesce(excluded.failure, m.failure)
