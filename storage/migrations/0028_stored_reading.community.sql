-- Columns instead of rows. What is the same in all rows of a series is said once for all of them: so the averaging and the decimals
-- cost nothing, and what sums readings up needs no other table.
ALTER TABLE stored_reading SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'series, decimals, averaging', timescaledb.compress_orderby = 'measured_at');

-- As in 0018_upkeep.community.sql, with both tables as long as there are two.
CREATE OR REPLACE FUNCTION kept_storage() RETURNS TABLE (relation text, chunks bigint, compressed bigint, bytes bigint, refreshed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
SELECT kept.relation, sum(chunk.chunks)::bigint, sum(chunk.compressed)::bigint,
       sum(hypertable_approximate_size(format('%I.%I', kept.schema, kept.hypertable)::regclass))::bigint, max(refreshed.at)
FROM (
    SELECT 'reading'::text AS relation, hypertable_schema AS schema, hypertable_name AS hypertable
    FROM timescaledb_information.hypertables
    WHERE hypertable_schema = current_schema() AND hypertable_name IN ('stored_reading', 'reading_before')
    UNION ALL
    SELECT replace(view_name::text, 'rolled', 'reading'), materialization_hypertable_schema, materialization_hypertable_name
    FROM timescaledb_information.continuous_aggregates WHERE view_schema = current_schema() AND view_name LIKE 'rolled%'
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
$$;
