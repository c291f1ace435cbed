-- :id blob: SHA-256 of the cookie. No row when the account is disabled.
SELECT s.id, a.name, a.role, s.made_ms, s.seen_ms, s.device
FROM session s JOIN account a ON a.name = s.account
WHERE s.id = :id AND a.is_enabled
