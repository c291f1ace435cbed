-- :name text, :role text, :password text: argon2id, or NULL; :made_ms int, :password_ms int or NULL: ms since 1970.
-- Changes no row when the name is taken.
INSERT INTO account (name, role, password, made_ms, password_ms)
VALUES (:name, :role, :password, :made_ms, :password_ms)
ON CONFLICT DO NOTHING
