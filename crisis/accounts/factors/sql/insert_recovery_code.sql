-- :account text, :id blob: SHA-256 of the code
INSERT INTO recovery_code (account, id) VALUES (:account, :id)
