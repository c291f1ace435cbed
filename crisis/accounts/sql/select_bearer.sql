-- :id blob: SHA-256 of the token. No row when the account is disabled.
SELECT t.id, a.name, a.role, t.until_ms, t.seen_ms
FROM token t JOIN account a ON a.name = t.account
WHERE t.id = :id AND a.is_enabled
