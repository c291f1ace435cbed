SELECT name, every, succeeded_at, failed_at, failures, failure, is_failing FROM backup_state()
ORDER BY is_failing DESC, name
