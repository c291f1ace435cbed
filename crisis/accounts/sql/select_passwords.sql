-- The credentials of every account. No parameters.
SELECT name, role, is_enabled, password, password_ms FROM account ORDER BY name
