-- Most questions are about arithmetic means. Of these five minutes need no expressions of the other kinds, which take longer to plan
-- than a week of one series takes to read (docs/adr/0022-means-by-time.md). A mean of before 0029_means.sql is right here as well, so
-- nothing is marked, and `total` is the sum of the readings in all of folded_5m. Values are worked out once, in the innermost query,
-- which stays one of its own (OFFSET 0).
CREATE FUNCTION arithmetic_5m_between(of_series integer[], since timestamptz, until timestamptz) RETURNS TABLE (
    series integer, bucket timestamptz, avg float8, min float8, max float8, count bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, share_mean(sum(total), sum(count)) AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count
FROM (
    SELECT series, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00') AS bucket, value AS total, value AS min, value AS max, 1::float8 AS count
    FROM (SELECT series, measured_at, reading_value(value, decimals, fine) AS value FROM stored_reading
          WHERE series = ANY ($1) AND measured_at >= $2 AND measured_at < $3 + INTERVAL '5 minutes' OFFSET 0) AS kept
    UNION ALL
    SELECT series, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00'), value, value, value, 1::float8
    FROM unconverted_reading WHERE measured_at >= $2 AND measured_at < $3 + INTERVAL '5 minutes'
    UNION ALL
    SELECT series, bucket, total, min, max, count::float8 FROM folded_5m
) AS part
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
GROUP BY series, bucket
$$;
COMMENT ON FUNCTION arithmetic_5m_between IS 'As reading_5m_between, for series whose means are arithmetic, without what is last';
