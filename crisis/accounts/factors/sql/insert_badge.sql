-- :id blob: SHA-256 of the code, :account text, :serial text, :made_ms int: ms since 1970, :made_by text
INSERT INTO badge (id, account, serial, made_ms, made_by) VALUES (:id, :account, :serial, :made_ms, :made_by)
