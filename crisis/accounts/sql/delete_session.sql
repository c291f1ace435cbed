-- :id blob: SHA-256 of the cookie
DELETE FROM session WHERE id = :id
