-- :id blob: SHA-256 of the token; :name text, :made_ms int: ms since 1970, :made_by text, :until_ms int.
-- Changes no row when there is a display of this name.
INSERT INTO wall (id, name, made_ms, made_by, until_ms)
VALUES (:id, :name, :made_ms, :made_by, :until_ms)
ON CONFLICT DO NOTHING
