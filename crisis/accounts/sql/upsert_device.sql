-- :account text, :device text, :now_ms int: ms since 1970
INSERT INTO device (account, device, seen_ms) VALUES (:account, :device, :now_ms)
ON CONFLICT (account, device) DO UPDATE SET seen_ms = excluded.seen_ms
