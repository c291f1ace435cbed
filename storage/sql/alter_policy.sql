-- $1 job int, $2 the setting's name text, $3 its value interval
SELECT alter_job(job_id, config => config || jsonb_build_object($2::text, $3::interval::text))
FROM timescaledb_information.jobs
WHERE job_id = $1::int
