-- The same views in TimescaleDB's words: it sees through time_bucket(), so a condition on `bucket` excludes chunks and
-- reaches the index of `reading`.
CREATE OR REPLACE VIEW reading_5m AS
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       last(last, last_at) AS last, max(last_at) AS last_at
FROM (
    SELECT series, time_bucket('5 minutes', measured_at) AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_5m
) AS part
GROUP BY series, bucket;

CREATE OR REPLACE VIEW reading_1h AS
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       last(last, last_at) AS last, max(last_at) AS last_at
FROM (
    SELECT series, time_bucket('1 hour', measured_at) AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_1h
) AS part
GROUP BY series, bucket;

CREATE OR REPLACE VIEW reading_1d AS
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       last(last, last_at) AS last, max(last_at) AS last_at
FROM (
    SELECT series, time_bucket('1 day', measured_at) AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_1d
) AS part
GROUP BY series, bucket;
