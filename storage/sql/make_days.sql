-- $1 since timestamptz, $2 until timestamptz, $3 zone text, $4 is_utc bool: makes these days of all series of their hours
INSERT INTO rolled_1d AS r (series, is_utc, bucket, avg, min, max, count, last, last_at, coverage, is_by_message, growth)
SELECT series, $4::boolean, bucket, avg, min, max, count, last, last_at, coverage, is_by_message, growth
FROM days_now((SELECT array_agg(id) FROM series), $1::timestamptz, $2::timestamptz, $3::text)
ON CONFLICT (series, is_utc, bucket) DO UPDATE SET
    avg = excluded.avg, min = excluded.min, max = excluded.max, count = excluded.count, last = excluded.last, last_at = excluded.last_at,
    coverage = excluded.coverage, is_by_message = excluded.is_by_message, growth = excluded.growth
