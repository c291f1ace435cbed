-- :limit int: the alarms that ended last
SELECT name, opening, opened_chain_ms, facts, told_count, is_noted, closed_ms, closed_by FROM alarm
WHERE closed_ms IS NOT NULL ORDER BY closed_ms DESC LIMIT :limit
