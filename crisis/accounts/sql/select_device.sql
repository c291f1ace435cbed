-- :account text, :device text
SELECT seen_ms FROM device WHERE account = :account AND device = :device
