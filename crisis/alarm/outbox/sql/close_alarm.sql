-- :name text, :closed_ms int, :closed_by text
UPDATE alarm SET closed_ms = :closed_ms, closed_by = :closed_by WHERE name = :name
