-- $1 job_id int, $2 changes jsonb as text: keys of the job's configuration with their new values
SELECT alter_job(job_id, config => config || $2::text::jsonb)
FROM timescaledb_information.jobs
WHERE job_id = $1::int
