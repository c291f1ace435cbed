-- :id blob: SHA-256 of the cookie; :account text; :now_ms int: ms since 1970; :device text
INSERT INTO session (id, account, made_ms, seen_ms, device)
VALUES (:id, :account, :now_ms, :now_ms, :device)
