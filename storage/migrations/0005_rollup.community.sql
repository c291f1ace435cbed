-- Rollups as hierarchical continuous aggregates. What is newer than the last refresh is added while reading.
CREATE MATERIALIZED VIEW rolled_5m WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT series, time_bucket('5 minutes', measured_at) AS bucket, avg(value) AS avg, min(value) AS min, max(value) AS max,
       count(*) AS count, last(value, measured_at) AS last, max(measured_at) AS last_at
FROM reading
GROUP BY series, time_bucket('5 minutes', measured_at)
WITH NO DATA;

CREATE MATERIALIZED VIEW rolled_1h WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT series, time_bucket('1 hour', bucket) AS bucket, sum(avg * count) / sum(count) AS avg, min(min) AS min, max(max) AS max,
       sum(count)::bigint AS count, last(last, last_at) AS last, max(last_at) AS last_at
FROM rolled_5m
GROUP BY series, time_bucket('1 hour', bucket)
WITH NO DATA;

CREATE MATERIALIZED VIEW rolled_1d WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT series, time_bucket('1 day', bucket) AS bucket, sum(avg * count) / sum(count) AS avg, min(min) AS min, max(max) AS max,
       sum(count)::bigint AS count, last(last, last_at) AS last, max(last_at) AS last_at
FROM rolled_1h
GROUP BY series, time_bucket('1 day', bucket)
WITH NO DATA;

-- What was folded has no readings behind it any more, so a bucket of both kinds is added up: each reading is in one of them.
CREATE OR REPLACE VIEW reading_5m AS
SELECT series, bucket, avg, min, max, count, last, last_at FROM rolled_5m AS rolled
WHERE NOT EXISTS (SELECT FROM folded_5m AS folded WHERE folded.series = rolled.series AND folded.bucket = rolled.bucket)
UNION ALL
SELECT folded.series, folded.bucket,
       (folded.total + coalesce(rolled.avg * rolled.count, 0)) / (folded.count + coalesce(rolled.count, 0))::float8,
       least(folded.min, rolled.min), greatest(folded.max, rolled.max), folded.count + coalesce(rolled.count, 0),
       CASE WHEN rolled.last_at > folded.last_at THEN rolled.last ELSE folded.last END, greatest(folded.last_at, rolled.last_at)
FROM folded_5m AS folded
LEFT JOIN rolled_5m AS rolled ON rolled.series = folded.series AND rolled.bucket = folded.bucket;

CREATE OR REPLACE VIEW reading_1h AS
SELECT series, bucket, avg, min, max, count, last, last_at FROM rolled_1h AS rolled
WHERE NOT EXISTS (SELECT FROM folded_1h AS folded WHERE folded.series = rolled.series AND folded.bucket = rolled.bucket)
UNION ALL
SELECT folded.series, folded.bucket,
       (folded.total + coalesce(rolled.avg * rolled.count, 0)) / (folded.count + coalesce(rolled.count, 0))::float8,
       least(folded.min, rolled.min), greatest(folded.max, rolled.max), folded.count + coalesce(rolled.count, 0),
       CASE WHEN rolled.last_at > folded.last_at THEN rolled.last ELSE folded.last END, greatest(folded.last_at, rolled.last_at)
FROM folded_1h AS folded
LEFT JOIN rolled_1h AS rolled ON rolled.series = folded.series AND rolled.bucket = folded.bucket;

CREATE OR REPLACE VIEW reading_1d AS
SELECT series, bucket, avg, min, max, count, last, last_at FROM rolled_1d AS rolled
WHERE NOT EXISTS (SELECT FROM folded_1d AS folded WHERE folded.series = rolled.series AND folded.bucket = rolled.bucket)
UNION ALL
SELECT folded.series, folded.bucket,
       (folded.total + coalesce(rolled.avg * rolled.count, 0)) / (folded.count + coalesce(rolled.count, 0))::float8,
       least(folded.min, rolled.min), greatest(folded.max, rolled.max), folded.count + coalesce(rolled.count, 0),
       CASE WHEN rolled.last_at > folded.last_at THEN rolled.last ELSE folded.last END, greatest(folded.last_at, rolled.last_at)
FROM folded_1d AS folded
LEFT JOIN rolled_1d AS rolled ON rolled.series = folded.series AND rolled.bucket = folded.bucket;

CREATE OR REPLACE FUNCTION reading_5m_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_5m
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, avg, min, max, count, last, last_at FROM reading_5m
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
$$;

CREATE OR REPLACE FUNCTION reading_1h_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_1h
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, avg, min, max, count, last, last_at FROM reading_1h
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
$$;

CREATE OR REPLACE FUNCTION reading_1d_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_1d
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, avg, min, max, count, last, last_at FROM reading_1d
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
$$;

-- Columns instead of rows. When, and how far back a refresh looks, follows the settings: maintenance keeps the policies
-- (kiezbox/policies.py). Until it has run once, nothing is materialized and the rollups are computed while reading.
ALTER TABLE reading SET (timescaledb.compress, timescaledb.compress_segmentby = 'series', timescaledb.compress_orderby = 'measured_at');
ALTER MATERIALIZED VIEW rolled_5m SET (timescaledb.compress, timescaledb.compress_segmentby = 'series');
ALTER MATERIALIZED VIEW rolled_1h SET (timescaledb.compress, timescaledb.compress_segmentby = 'series');
ALTER MATERIALIZED VIEW rolled_1d SET (timescaledb.compress, timescaledb.compress_segmentby = 'series');
