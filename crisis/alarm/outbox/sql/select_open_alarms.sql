SELECT name, opening, opened_chain_ms, facts, told_count, is_noted FROM alarm WHERE closed_ms IS NULL
