-- :name text, :opening blob, :opened_chain_ms int, :facts text, :told_count int. An alarm of this name that ended is another one.
INSERT INTO alarm (name, opening, opened_chain_ms, facts, told_count)
VALUES (:name, :opening, :opened_chain_ms, :facts, :told_count)
ON CONFLICT (name) DO UPDATE SET
    opening = excluded.opening, opened_chain_ms = excluded.opened_chain_ms, facts = excluded.facts,
    told_count = excluded.told_count, is_noted = 0, closed_ms = NULL, closed_by = NULL
WHERE alarm.closed_ms IS NOT NULL
