-- :name text, :role text, :password text or NULL, :password_ms int or NULL, :made_ms int, :is_enabled bool,
-- :granted_ms int: since when it may be used here; :credential blob: the event that brought the password.
-- An account of this name that the box made itself is taken over.
INSERT INTO account (name, role, password, is_enabled, made_ms, password_ms, origin, granted_ms, credential)
VALUES (:name, :role, :password, :is_enabled, :made_ms, :password_ms, 'hub', :granted_ms, :credential)
ON CONFLICT (name) DO UPDATE SET
    role = excluded.role,
    password = excluded.password,
    password_ms = excluded.password_ms,
    is_enabled = excluded.is_enabled AND NOT is_blocked,
    origin = 'hub',
    granted_ms = coalesce(granted_ms, excluded.granted_ms),
    credential = excluded.credential
