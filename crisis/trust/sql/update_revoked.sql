-- :name text, :at int, :reason text
UPDATE node SET revoked_at = :at, reason = :reason, secret = NULL WHERE name = :name
