-- Five minutes as a continuous aggregate over the readings as they are kept: each row says how to read and to average itself. It
-- keeps sums, so that what was folded, and what is not converted yet, can be added. What is newer than the last refresh is added
-- while reading.
CREATE MATERIALIZED VIEW rolled_5m WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT series, time_bucket('5 minutes', measured_at) AS bucket, max(averaging) AS averaging,
       sum(mean_share(reading_value(value, decimals, fine), averaging)) AS total,
       sum(CASE averaging WHEN 3 THEN sind(reading_value(value, decimals, fine)) END) AS sine,
       min(reading_value(value, decimals, fine)) AS min, max(reading_value(value, decimals, fine)) AS max,
       count(*) AS count, last(reading_value(value, decimals, fine), measured_at) AS last, max(measured_at) AS last_at
FROM stored_reading
GROUP BY series, time_bucket('5 minutes', measured_at)
WITH NO DATA;
ALTER MATERIALIZED VIEW rolled_5m SET (timescaledb.compress, timescaledb.compress_segmentby = 'series');

-- Hours are for ever: columns instead of rows, once nothing comes late any more.
SELECT create_hypertable('rolled_1h', by_range('bucket', INTERVAL '30 days'), create_default_indexes => false, migrate_data => true);
ALTER TABLE rolled_1h SET (timescaledb.compress, timescaledb.compress_segmentby = 'series', timescaledb.compress_orderby = 'bucket');

-- What was folded, what is not converted yet, and what the continuous aggregate of before had of readings that were gone is added.
CREATE OR REPLACE VIEW five_minutes AS
SELECT series, max(averaging) AS averaging, bucket, mean_of(max(averaging), share_mean(sum(total), sum(count)::float8), share_mean(sum(sine), sum(count)::float8)) AS avg,
       min(min) AS min, max(max) AS max, sum(count)::bigint AS count, last(last, last_at) AS last, max(last_at) AS last_at,
       bool_or(is_by_message) AS is_by_message
FROM (
    SELECT series, averaging, bucket, total, sine, min, max, count, last, last_at, false AS is_by_message FROM rolled_5m
    WHERE bucket >= (SELECT archived_until FROM rollup_progress)
    UNION ALL
    SELECT series, averaging, time_bucket('5 minutes', measured_at), mean_share(value, averaging), CASE averaging WHEN 3 THEN sind(value) END,
           value, value, 1, value, measured_at, false FROM unconverted_reading
    UNION ALL
    SELECT series, averaging, bucket, total, sine, min, max, count, last, last_at, is_by_message FROM folded_share
    UNION ALL
    SELECT series, averaging, bucket, total, sine, min, max, count, last, last_at, is_by_message FROM archived_share
) AS part
GROUP BY series, bucket;

-- The same over a window. The bounds are constants where the inner statement is planned, whatever the caller knew when its own was
-- planned (now(), a subquery), and so is how far the rollup is materialized: chunks outside are not even looked at. Most often there
-- is nothing but the continuous aggregate, and nothing to add up.
-- With `is_now` the readings themselves are asked of the days that are not gone: a refresh may not have seen the latest of them yet.
CREATE FUNCTION five_minutes_of(is_now boolean, series integer[], since timestamptz, until timestamptz) RETURNS SETOF five_minutes
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    archived timestamptz;
    removed  timestamptz;
    rolled   text := 'SELECT series, averaging, bucket, total, sine, min, max, count, last, last_at, false AS is_by_message FROM rolled_5m'
                     ' WHERE series = ANY ($1) AND bucket >= greatest($2, $4) AND bucket < ';
    parts    text[] := '{}';
BEGIN
    SELECT archived_until INTO archived FROM rollup_progress;
    SELECT coalesce(max(retention.since), '-infinity') INTO removed FROM retention WHERE relation = 'reading';
    IF NOT is_now THEN
        parts := array_append(parts, rolled || '$3');
    ELSE
        parts := array_append(parts, $q$SELECT series, averaging, time_bucket('5 minutes', measured_at) AS bucket,
                                    sum(mean_share(value, averaging)) AS total, sum(CASE averaging WHEN 3 THEN sind(value) END) AS sine,
                                    min(value) AS min, max(value) AS max, count(*) AS count, last(value, measured_at) AS last,
                                    max(measured_at) AS last_at, false AS is_by_message
                             FROM (SELECT series, averaging, measured_at, reading_value(value, decimals, fine) AS value
                                   FROM stored_reading
                                   WHERE series = ANY ($1) AND measured_at >= greatest($2, $5) AND measured_at < $3 + INTERVAL '5 minutes') AS kept
                             GROUP BY 1, 2, 3$q$);
        IF since < removed THEN  -- what came late for days that are gone waits to be folded
            parts := array_append(parts, rolled || 'least($3, $5)');
        END IF;
    END IF;
    IF EXISTS (SELECT FROM conversion WHERE converted_until < until) THEN
        parts := array_append(parts, $q$SELECT series, averaging, time_bucket('5 minutes', measured_at), mean_share(value, averaging),
                                    CASE averaging WHEN 3 THEN sind(value) END, value, value, 1, value, measured_at, false
                             FROM unconverted_reading
                             WHERE series = ANY ($1) AND measured_at >= $2 AND measured_at < $3 + INTERVAL '5 minutes'$q$);
    END IF;
    IF EXISTS (SELECT FROM folded_5m AS folded WHERE folded.series = ANY (five_minutes_of.series) AND folded.bucket >= five_minutes_of.since AND folded.bucket < five_minutes_of.until) THEN
        parts := array_append(parts, 'SELECT series, averaging, bucket, total, sine, min, max, count, last, last_at, is_by_message FROM folded_share'
                          ' WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3');
    END IF;
    IF since < archived THEN
        parts := array_append(parts, 'SELECT series, averaging, bucket, total, sine, min, max, count, last, last_at, is_by_message FROM archived_share'
                          ' WHERE series = ANY ($1) AND bucket >= $2 AND bucket < least($3, $4)');
    END IF;
    IF cardinality(parts) = 1 THEN
        RETURN QUERY EXECUTE 'SELECT series, averaging, bucket, mean_of(averaging, share_mean(total, count), share_mean(sine, count)), min, max, count, last,'
                             ' last_at, is_by_message FROM (' || parts[1] || ') AS part WHERE bucket >= $2 AND bucket < $3'
            USING series, since, until, archived, removed;
    ELSE
        RETURN QUERY EXECUTE 'SELECT series, max(averaging), bucket,'
                             ' mean_of(max(averaging), share_mean(sum(total), sum(count)::float8), share_mean(sum(sine), sum(count)::float8)), min(min), max(max),'
                             ' sum(count)::bigint, last(last, last_at), max(last_at), bool_or(is_by_message)'
                             ' FROM (' || array_to_string(parts, ' UNION ALL ') || ') AS part'
                             ' WHERE bucket >= $2 AND bucket < $3 GROUP BY series, bucket'
            USING series, since, until, archived, removed;
    END IF;
END
$$;
COMMENT ON FUNCTION five_minutes_of IS 'What five_minutes_between and five_minutes_now ask here';
CREATE OR REPLACE FUNCTION five_minutes_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF five_minutes
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, averaging, bucket, avg, min, max, count, last, last_at, is_by_message FROM five_minutes_of(false, $1, $2, $3)
$$;
CREATE OR REPLACE FUNCTION five_minutes_now(series integer[], since timestamptz, until timestamptz) RETURNS SETOF five_minutes
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, averaging, bucket, avg, min, max, count, last, last_at, is_by_message FROM five_minutes_of(true, $1, $2, $3)
$$;

-- As in 0018_upkeep.community.sql: hours are a table of chunks, days one without.
CREATE OR REPLACE FUNCTION kept_storage() RETURNS TABLE (relation text, chunks bigint, compressed bigint, bytes bigint, refreshed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
SELECT kept.relation, sum(chunk.chunks)::bigint, sum(chunk.compressed)::bigint,
       sum(hypertable_approximate_size(format('%I.%I', kept.schema, kept.hypertable)::regclass))::bigint, max(refreshed.at)
FROM (
    SELECT CASE hypertable_name WHEN 'rolled_1h' THEN 'reading_1h' ELSE 'reading' END AS relation,
           hypertable_schema AS schema, hypertable_name AS hypertable
    FROM timescaledb_information.hypertables
    WHERE hypertable_schema = current_schema() AND hypertable_name IN ('stored_reading', 'reading_before', 'rolled_1h')
    UNION ALL
    SELECT 'reading_5m', materialization_hypertable_schema, materialization_hypertable_name
    FROM timescaledb_information.continuous_aggregates
    WHERE view_schema = current_schema() AND view_name IN ('rolled_5m', 'rolled_5m_before')
) AS kept
CROSS JOIN LATERAL (
    SELECT count(*) AS chunks, count(*) FILTER (WHERE is_compressed) AS compressed FROM timescaledb_information.chunks
    WHERE hypertable_schema = kept.schema AND hypertable_name = kept.hypertable
) AS chunk
CROSS JOIN LATERAL (
    SELECT nullif(max(stats.last_successful_finish), '-infinity') AS at  -- that is a policy that ran and never got through
    FROM timescaledb_information.job_stats AS stats
    JOIN timescaledb_information.jobs AS job ON job.job_id = stats.job_id
    WHERE job.proc_name = 'policy_refresh_continuous_aggregate' AND stats.hypertable_name = kept.hypertable
) AS refreshed
GROUP BY kept.relation
UNION ALL
SELECT 'reading_1d', 1, 0, pg_total_relation_size('rolled_1d'), NULL
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'kiezbox_reader') THEN
        CALL grant_sight('kiezbox_reader');
    END IF;
END
$$;
