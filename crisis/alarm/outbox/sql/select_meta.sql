-- :name text
SELECT value FROM meta WHERE name = :name
