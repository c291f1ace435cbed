-- As in 0016_window.community.sql, without a dependency on the views of the extension.
CREATE OR REPLACE FUNCTION kept_storage() RETURNS TABLE (relation text, chunks bigint, compressed bigint, bytes bigint, refreshed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
SELECT kept.relation, count(chunk.chunk_name), count(chunk.chunk_name) FILTER (WHERE chunk.is_compressed),
       hypertable_approximate_size(format('%I.%I', kept.schema, kept.hypertable)::regclass)::bigint,
       (SELECT nullif(max(stats.last_successful_finish), '-infinity')  -- that is a policy that ran and never got through
        FROM timescaledb_information.job_stats AS stats
        JOIN timescaledb_information.jobs AS job ON job.job_id = stats.job_id
        WHERE job.proc_name = 'policy_refresh_continuous_aggregate' AND stats.hypertable_name = kept.hypertable)
FROM (
    SELECT 'reading'::text AS relation, hypertable_schema AS schema, hypertable_name AS hypertable
    FROM timescaledb_information.hypertables WHERE hypertable_name = 'reading'
    UNION ALL
    SELECT replace(view_name::text, 'rolled', 'reading'), materialization_hypertable_schema, materialization_hypertable_name
    FROM timescaledb_information.continuous_aggregates WHERE view_name LIKE 'rolled%'
) AS kept
LEFT JOIN timescaledb_information.chunks AS chunk
    ON chunk.hypertable_schema = kept.schema AND chunk.hypertable_name = kept.hypertable
GROUP BY kept.relation, kept.schema, kept.hypertable
$$;
