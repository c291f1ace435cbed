-- :name text: of a wall display
DELETE FROM wall WHERE name = :name
