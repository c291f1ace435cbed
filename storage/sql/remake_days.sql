-- $1 series int[], $2 bucket timestamptz[] (hours), $3 zone text, $4 is_utc bool, $5 until timestamptz: makes the days of these hours anew
INSERT INTO rolled_1d AS r (series, is_utc, bucket, avg, min, max, count, last, last_at, coverage, is_by_message, growth)
SELECT day.series, $4::boolean, day.bucket, day.avg, day.min, day.max, day.count, day.last, day.last_at, day.coverage, day.is_by_message, day.growth
FROM (SELECT DISTINCT given.series AS of, date_trunc('day', given.bucket, $3::text) AS begins
      FROM unnest($1::int[], $2::timestamptz[]) AS given (series, bucket)) AS late
CROSS JOIN LATERAL days_now(ARRAY[late.of], late.begins, late.begins + INTERVAL '1 hour', $3) AS day
WHERE late.begins < $5::timestamptz
ON CONFLICT (series, is_utc, bucket) DO UPDATE SET
    avg = excluded.avg, min = excluded.min, max = excluded.max, count = excluded.count, last = excluded.last, last_at = excluded.last_at,
    coverage = excluded.coverage, is_by_message = excluded.is_by_message, growth = excluded.growth
