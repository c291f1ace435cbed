-- Backups as kiezbox backup was told of them: 1 where the newest failed, or none succeeded in time.
SELECT state.name AS backup, state.is_failing::int::float8 AS failing
FROM backup_state() AS state
