-- :id blob: SHA-256 of the code
SELECT b.id, b.account, b.serial, b.made_ms, b.made_by, b.device, b.seen_ms, b.revoked_ms, a.is_enabled
FROM badge b JOIN account a ON a.name = b.account
WHERE b.id = :id
