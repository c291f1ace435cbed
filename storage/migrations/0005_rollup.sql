-- Rollups: `reading_5m`, `reading_1h`, `reading_1d` have the same columns on every tier. Here they are views over `reading`
-- and over what maintenance folded out of it when it became too old to keep in full (kiezbox/maintenance.py).
CREATE TABLE folded_5m (
    bucket  timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    total   float8 NOT NULL,                 -- the sum: averages cannot be added up
    min     float8 NOT NULL,
    max     float8 NOT NULL,
    last    float8 NOT NULL,
    count   bigint NOT NULL,
    series  integer NOT NULL,
    PRIMARY KEY (series, bucket)
);
CREATE TABLE folded_1h (
    bucket  timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    total   float8 NOT NULL,
    min     float8 NOT NULL,
    max     float8 NOT NULL,
    last    float8 NOT NULL,
    count   bigint NOT NULL,
    series  integer NOT NULL,
    PRIMARY KEY (series, bucket)
);
CREATE TABLE folded_1d (
    bucket  timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    total   float8 NOT NULL,
    min     float8 NOT NULL,
    max     float8 NOT NULL,
    last    float8 NOT NULL,
    count   bigint NOT NULL,
    series  integer NOT NULL,
    PRIMARY KEY (series, bucket)
);

-- A bucket may be half folded and half not, so both halves are added up. A condition on `series` reaches the index of
-- `reading`; one on `bucket` reaches the index of the folded half only, because PostgreSQL cannot see that it is
-- about measured_at.
CREATE VIEW reading_5m AS
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       (array_agg(last ORDER BY last_at DESC))[1] AS last, max(last_at) AS last_at
FROM (
    SELECT series, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_5m
) AS part
GROUP BY series, bucket;

CREATE VIEW reading_1h AS
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       (array_agg(last ORDER BY last_at DESC))[1] AS last, max(last_at) AS last_at
FROM (
    SELECT series, date_bin('1 hour', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_1h
) AS part
GROUP BY series, bucket;

CREATE VIEW reading_1d AS
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       (array_agg(last ORDER BY last_at DESC))[1] AS last, max(last_at) AS last_at
FROM (
    SELECT series, date_bin('1 day', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_1d
) AS part
GROUP BY series, bucket;

-- The same rows with since <= bucket < until, and with both bounds in the index. They are inlined: a caller's query is
-- planned with the text below in it.
CREATE FUNCTION reading_5m_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_5m
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       (array_agg(last ORDER BY last_at DESC))[1] AS last, max(last_at) AS last_at
FROM (
    SELECT series, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading WHERE measured_at >= $2 AND measured_at < $3 + INTERVAL '5 minutes'
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_5m
) AS part
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
GROUP BY series, bucket
$$;

CREATE FUNCTION reading_1h_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_1h
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       (array_agg(last ORDER BY last_at DESC))[1] AS last, max(last_at) AS last_at
FROM (
    SELECT series, date_bin('1 hour', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading WHERE measured_at >= $2 AND measured_at < $3 + INTERVAL '1 hour'
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_1h
) AS part
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
GROUP BY series, bucket
$$;

CREATE FUNCTION reading_1d_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_1d
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       (array_agg(last ORDER BY last_at DESC))[1] AS last, max(last_at) AS last_at
FROM (
    SELECT series, date_bin('1 day', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading WHERE measured_at >= $2 AND measured_at < $3 + INTERVAL '1 day'
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_1d
) AS part
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
GROUP BY series, bucket
$$;
