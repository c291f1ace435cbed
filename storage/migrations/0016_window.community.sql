-- Rollups over a window. The bounds are constants where the inner statement is planned, whatever the caller knew when its
-- own was planned (now(), a subquery), and so is how far the rollup is materialized: chunks outside are not even looked at.
-- As long as nothing of the window was folded, which is the rule here, there is nothing to join either.
CREATE FUNCTION reading_between(level text, series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_5m
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    is_folded boolean;
    bounds text := 'series = ANY ($1) AND bucket >= $2 AND bucket < $3';
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %s)', 'folded_' || level, bounds) INTO is_folded USING series, since, until;
    IF NOT is_folded THEN
        RETURN QUERY EXECUTE format(
            'SELECT series, bucket, avg, min, max, count, last, last_at FROM %I WHERE %s', 'rolled_' || level, bounds)
            USING series, since, until;
        RETURN;
    END IF;
    -- What was folded has no readings behind it any more: a bucket of both kinds is added up.
    RETURN QUERY EXECUTE format($both$
        SELECT series, bucket,
               CASE WHEN folded.count IS NULL THEN rolled.avg
                    ELSE (folded.total + coalesce(rolled.avg * rolled.count, 0)) / (folded.count + coalesce(rolled.count, 0))::float8 END,
               least(folded.min, rolled.min), greatest(folded.max, rolled.max),
               coalesce(folded.count, 0) + coalesce(rolled.count, 0),
               CASE WHEN folded.count IS NULL OR rolled.last_at > folded.last_at THEN rolled.last ELSE folded.last END,
               greatest(folded.last_at, rolled.last_at)
        FROM (SELECT * FROM %I WHERE %s) AS folded
        FULL JOIN (SELECT * FROM %I WHERE %s) AS rolled USING (series, bucket)
        $both$, 'folded_' || level, bounds, 'rolled_' || level, bounds)
        USING series, since, until;
END
$$;
COMMENT ON FUNCTION reading_between IS 'What reading_5m_between and its sisters ask here; level is 5m, 1h or 1d';

CREATE OR REPLACE FUNCTION reading_5m_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_5m
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, avg, min, max, count, last, last_at FROM reading_between('5m', $1, $2, $3)
$$;

CREATE OR REPLACE FUNCTION reading_1h_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_1h
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, avg, min, max, count, last, last_at FROM reading_between('1h', $1, $2, $3)
$$;

CREATE OR REPLACE FUNCTION reading_1d_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_1d
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, avg, min, max, count, last, last_at FROM reading_between('1d', $1, $2, $3)
$$;

-- Ten days a chunk, ten times those of `reading`, hold 240 hours or ten days of a series: too little for what each chunk costs
-- to plan. This is for chunks that are still to come.
SELECT set_chunk_time_interval(format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass,
                               CASE view_name WHEN 'rolled_1h' THEN INTERVAL '30 days' ELSE INTERVAL '365 days' END)
FROM timescaledb_information.continuous_aggregates
WHERE view_schema = current_schema() AND view_name IN ('rolled_1h', 'rolled_1d');

-- The size as the server knows it at the moment: asking the file system after each file of each chunk takes half a second.
CREATE OR REPLACE VIEW storage_state AS
SELECT kept.relation COLLATE "default" AS relation, count(chunk.chunk_name) AS chunks, count(chunk.chunk_name) FILTER (WHERE chunk.is_compressed) AS compressed,
       hypertable_approximate_size(format('%I.%I', kept.schema, kept.hypertable)::regclass)::bigint AS bytes,
       (SELECT nullif(max(stats.last_successful_finish), '-infinity')  -- that is a policy that ran and never got through
        FROM timescaledb_information.job_stats AS stats
        JOIN timescaledb_information.jobs AS job ON job.job_id = stats.job_id
        WHERE job.proc_name = 'policy_refresh_continuous_aggregate' AND stats.hypertable_name = kept.hypertable) AS refreshed_at
FROM (
    SELECT 'reading'::text AS relation, hypertable_schema AS schema, hypertable_name AS hypertable
    FROM timescaledb_information.hypertables WHERE hypertable_name = 'reading'
    UNION ALL
    SELECT replace(view_name::text, 'rolled', 'reading'), materialization_hypertable_schema, materialization_hypertable_name
    FROM timescaledb_information.continuous_aggregates WHERE view_name LIKE 'rolled%'
) AS kept
LEFT JOIN timescaledb_information.chunks AS chunk
    ON chunk.hypertable_schema = kept.schema AND chunk.hypertable_name = kept.hypertable
GROUP BY kept.relation, kept.schema, kept.hypertable;
