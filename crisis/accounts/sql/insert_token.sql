-- :id blob: SHA-256 of the token; :account text, :name text, :made_ms int, :until_ms int or NULL: ms since 1970.
-- Changes no row when the account has a token of this name.
INSERT INTO token (id, account, name, made_ms, until_ms)
VALUES (:id, :account, :name, :made_ms, :until_ms)
ON CONFLICT DO NOTHING
