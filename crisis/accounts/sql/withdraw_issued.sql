-- :name text: an account that the hub has taken from this box
UPDATE account SET password = NULL, password_ms = NULL, is_enabled = 0, granted_ms = NULL, credential = NULL
WHERE name = :name
