-- $1 since timestamptz, $2 until timestamptz: makes these hours of all series of their five minutes; returns how many
WITH made AS (
    INSERT INTO rolled_1h AS r (series, bucket, avg, min, max, count, last, last_at, heard, is_by_message, growth)
    SELECT series, bucket, avg, min, max, count, last, last_at, heard, is_by_message, growth
    FROM hours_now((SELECT array_agg(id) FROM series), $1::timestamptz, $2::timestamptz)
    ON CONFLICT (series, bucket) DO UPDATE SET
        total = NULL, avg = excluded.avg, min = excluded.min, max = excluded.max, count = excluded.count, last = excluded.last,
        last_at = excluded.last_at, heard = excluded.heard, is_by_message = excluded.is_by_message, growth = excluded.growth
    RETURNING 1
)
SELECT count(*) FROM made
