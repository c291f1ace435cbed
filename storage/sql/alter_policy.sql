-- $1 job int, $2 the settings that change jsonb (as text)
SELECT alter_job(job_id, config => config || $2::text::jsonb)
FROM timescaledb_information.jobs
WHERE job_id = $1::int
