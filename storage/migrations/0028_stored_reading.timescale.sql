-- Hypertables of one-day chunks, as `reading` was. A database that was plain when 0028 ran has skipped what earlier migrations have
-- for TimescaleDB (storage/migrate.py), so all of it that still holds is said here.
SELECT create_hypertable('stored_reading', by_range('measured_at', INTERVAL '1 day'), create_default_indexes => false, migrate_data => true);

-- As in 0018_upkeep.timescale.sql.
CREATE OR REPLACE FUNCTION upkeep_state() RETURNS TABLE (
    kind text, part text, succeeded_at timestamptz, failed_at timestamptz, failures bigint, failure text, is_failing boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
SELECT 'maintenance', m.part, m.succeeded_at, m.failed_at, m.failures, m.failure,
       coalesce(m.failed_at > coalesce(m.succeeded_at, '-infinity'), false)
FROM maintenance_part AS m
UNION ALL
SELECT 'job',
       CASE job.proc_name WHEN 'policy_refresh_continuous_aggregate' THEN 'refresh' WHEN 'policy_compression' THEN 'compression'
                          WHEN 'policy_retention' THEN 'retention' ELSE job.proc_name::text END
       || ' ' || coalesce(rollup.view_name, job.hypertable_name)::text,
       nullif(stats.last_successful_finish, '-infinity'), failed.at, coalesce(stats.total_failures, 0)::bigint,
       CASE WHEN state.is_overdue
            THEN 'it did not run when it was due: are the background workers of TimescaleDB on?' ELSE failed.message END,
       state.is_overdue OR coalesce(stats.last_run_status = 'Failed', false)
FROM timescaledb_information.jobs AS job
LEFT JOIN timescaledb_information.continuous_aggregates AS rollup
       ON job.hypertable_name IN (rollup.view_name, rollup.materialization_hypertable_name)
LEFT JOIN timescaledb_information.job_stats AS stats ON stats.job_id = job.job_id
LEFT JOIN LATERAL (
    SELECT coalesce(error.finish_time, error.start_time) AS at, error.err_message AS message
    FROM timescaledb_information.job_errors AS error
    WHERE error.job_id = job.job_id
    ORDER BY 1 DESC NULLS LAST LIMIT 1
) AS failed ON true
CROSS JOIN LATERAL (
    SELECT coalesce(job.scheduled AND job.next_start > '2000-01-01' AND job.next_start < now() - INTERVAL '1 hour'
                    AND stats.job_status <> 'Running', false) AS is_overdue
) AS state
WHERE coalesce(rollup.view_schema, job.hypertable_schema) = current_schema()
$$;
