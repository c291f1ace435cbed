-- Rollups are continuous aggregates here: chunks of their own, and a policy that refreshes them.
CREATE OR REPLACE VIEW storage_state AS
SELECT kept.relation COLLATE "default" AS relation, count(chunk.chunk_name) AS chunks, count(chunk.chunk_name) FILTER (WHERE chunk.is_compressed) AS compressed,
       hypertable_size(format('%I.%I', kept.schema, kept.hypertable)::regclass)::bigint AS bytes,
       (SELECT max(stats.last_successful_finish) FROM timescaledb_information.job_stats AS stats
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

-- A server that gains TimescaleDB later has its continuous aggregates only now.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'kiezbox_reader') THEN
        CALL grant_sight('kiezbox_reader');
    END IF;
END
$$;
