-- :name text
SELECT value FROM setting WHERE name = :name
