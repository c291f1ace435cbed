SELECT kind, part, succeeded_at, failed_at, failures, failure, is_failing FROM upkeep_state()
ORDER BY is_failing DESC, kind DESC, part
