-- Parts of maintenance and background jobs of the database: 1 where the newest run failed, or nothing ran for a day.
SELECT state.part, CASE state.kind WHEN 'job' THEN 'TimescaleDB' ELSE 'kiezbox maintain' END AS program,
       state.is_failing::int::float8 AS failing
FROM upkeep_state() AS state
UNION ALL
SELECT 'every part', 'kiezbox maintain', 1::float8
FROM upkeep_state() AS state
WHERE state.kind = 'maintenance'
HAVING max(greatest(state.succeeded_at, state.failed_at)) < now() - INTERVAL '1 day'
