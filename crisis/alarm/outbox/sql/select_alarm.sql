-- :name text
SELECT name, opening, opened_chain_ms, facts, told_count, is_noted, closed_by FROM alarm WHERE name = :name
