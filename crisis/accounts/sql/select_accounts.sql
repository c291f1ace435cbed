-- All accounts. No parameters.
SELECT name, role, is_enabled, made_ms, password_ms, signed_in_ms FROM account ORDER BY name
