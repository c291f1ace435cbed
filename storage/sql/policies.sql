-- The policies of our relations. A policy of a continuous aggregate is listed by its view's name, or in older versions by
-- that of the hypertable behind it.
SELECT job.job_id, job.proc_name AS procedure, coalesce(rollup.view_name, job.hypertable_name) AS relation,
       coalesce(job.config->>'compress_after', job.config->>'start_offset', job.config->>'drop_after')::interval AS span,
       coalesce(job.config->>'refresh_newest_first', 'true')::boolean AS newest_first,
       coalesce(job.config->>'buckets_per_batch', '1')::int AS buckets
FROM timescaledb_information.jobs AS job
LEFT JOIN timescaledb_information.continuous_aggregates AS rollup
       ON job.hypertable_name IN (rollup.view_name, rollup.materialization_hypertable_name)
WHERE coalesce(rollup.view_schema, job.hypertable_schema) = current_schema()
