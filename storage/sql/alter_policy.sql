-- $1 job_id int, $2 setting text (a key of the job's configuration), $3 value interval
SELECT alter_job(job_id, config => config || jsonb_build_object($2::text, $3::interval::text))
FROM timescaledb_information.jobs
WHERE job_id = $1::int
