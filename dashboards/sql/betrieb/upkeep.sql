-- Parts of maintenance and background jobs of the database, those that fail first.
SELECT '[' || split_part(state.part, ' ', 1) || '] (' || CASE state.kind WHEN 'job' THEN 'TimescaleDB' ELSE 'kiezbox maintain' END || ')' AS part,
       CASE WHEN state.is_failing THEN '[failing]' ELSE '[well]' END
           || CASE WHEN state.failures > 0 THEN CASE ${language:sqlstring} WHEN 'en' THEN ', failures: ' ELSE ', Fehler: ' END
                   || number_text(state.failures::numeric, 0, ${language:sqlstring}) ELSE '' END AS state,
       duration_text(greatest(0, extract(epoch FROM now() - state.succeeded_at)::float8)) AS age
FROM upkeep_state() AS state
ORDER BY state.is_failing DESC, state.kind DESC, state.part
