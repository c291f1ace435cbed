-- Parts of maintenance, background jobs of the database, and backups, those that fail first.
SELECT '[' || split_part(state.part, ' ', 1) || '] (' || state.program || ')' AS part,
       CASE WHEN state.is_failing THEN '[failing]' ELSE '[well]' END
           || CASE WHEN state.failures > 0 THEN CASE ${language:sqlstring} WHEN 'en' THEN ', failures: ' ELSE ', Fehler: ' END
                   || number_text(state.failures::numeric, 0, ${language:sqlstring}) ELSE '' END AS state,
       duration_text(greatest(0, extract(epoch FROM now() - state.succeeded_at)::float8)) AS age
FROM (
    SELECT upkeep.kind, upkeep.part, CASE upkeep.kind WHEN 'job' THEN 'TimescaleDB' ELSE 'kiezbox maintain' END AS program,
           upkeep.succeeded_at, upkeep.failures, upkeep.is_failing
    FROM upkeep_state() AS upkeep
    UNION ALL
    SELECT 'backup', 'backup', backup.name, backup.succeeded_at, backup.failures, backup.is_failing
    FROM backup_state() AS backup
) AS state
ORDER BY state.is_failing DESC, state.kind DESC, state.part
