-- $1 series int[], $2 bucket timestamptz[]: makes these hours anew, of what there is now. Hours that are older than all five minutes
-- stay: what came late for them is added when it is folded (fold_hours.sql).
INSERT INTO rolled_1h AS r (series, bucket, avg, min, max, count, last, last_at, heard, is_by_message, growth)
SELECT hour.series, hour.bucket, hour.avg, hour.min, hour.max, hour.count, hour.last, hour.last_at, hour.heard, hour.is_by_message, hour.growth
FROM (SELECT DISTINCT given.series, given.bucket FROM unnest($1::int[], $2::timestamptz[]) AS given (series, bucket)) AS late
CROSS JOIN LATERAL hours_now(ARRAY[late.series], late.bucket, late.bucket + INTERVAL '1 hour') AS hour
WHERE late.bucket >= coalesce((SELECT since FROM retention WHERE relation = 'reading_5m'), '-infinity')
ON CONFLICT (series, bucket) DO UPDATE SET
    total = NULL, avg = excluded.avg, min = excluded.min, max = excluded.max, count = excluded.count, last = excluded.last,
    last_at = excluded.last_at, heard = excluded.heard, is_by_message = excluded.is_by_message, growth = excluded.growth
