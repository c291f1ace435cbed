-- :name text
UPDATE alarm SET is_noted = 1 WHERE name = :name
