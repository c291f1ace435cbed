-- :name text
SELECT name, role, is_enabled, made_ms, password_ms, signed_in_ms, origin, granted_ms, credential, is_blocked
FROM account WHERE name = :name
