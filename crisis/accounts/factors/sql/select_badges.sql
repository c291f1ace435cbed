-- :account text: the badges of this account; NULL: of all
SELECT b.id, b.account, b.serial, b.made_ms, b.made_by, b.device, b.seen_ms, b.revoked_ms, a.is_enabled
FROM badge b JOIN account a ON a.name = b.account
WHERE :account IS NULL OR b.account = :account
ORDER BY b.account, b.made_ms, b.serial
