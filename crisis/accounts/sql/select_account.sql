-- :name text
SELECT name, role, is_enabled, made_ms, password_ms, signed_in_ms FROM account WHERE name = :name
