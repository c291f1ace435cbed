-- Parts of maintenance and background jobs of the database: 1 where the newest run failed.
SELECT state.part, CASE state.kind WHEN 'job' THEN 'TimescaleDB' ELSE 'kiezbox maintain' END AS program,
       state.is_failing::int::float8 AS failing
FROM upkeep_state() AS state
