-- :role text, :since_ms int: ms since 1970, :by text
INSERT INTO factor_required (role, since_ms, by) VALUES (:role, :since_ms, :by)
