-- :serial text: the next device that uses the badge gets it
UPDATE badge SET device = NULL WHERE serial = :serial AND revoked_ms IS NULL
