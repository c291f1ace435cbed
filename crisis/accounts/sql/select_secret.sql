-- :name text
SELECT value FROM secret WHERE name = :name
