-- :serial text, :now_ms int: ms since 1970. Changes no row when there is no such badge, or it was revoked before.
UPDATE badge SET revoked_ms = :now_ms WHERE serial = :serial AND revoked_ms IS NULL
