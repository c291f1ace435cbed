-- $1 name text, $2 every interval, or null: as it was, else a day, $3 failure text, or null when it succeeded
INSERT INTO backup AS b (name, every, succeeded_at, failed_at, failures, failure)
SELECT $1::text, coalesce($2::interval, INTERVAL '1 day'), CASE WHEN $3::text IS NULL THEN clock_timestamp() END,
       CASE WHEN $3 IS NOT NULL THEN clock_timestamp() END, CASE WHEN $3 IS NULL THEN 0 ELSE 1 END, $3
ON CONFLICT (name) DO UPDATE SET
    every = coalesce($2, b.every), succeeded_at = coalesce(excluded.succeeded_at, b.succeeded_at),
    failed_at = coalesce(excluded.failed_at, b.failed_at), failures = b.failures + excluded.failures,
    failure = coalesce(excluded.failure, b.failure)
