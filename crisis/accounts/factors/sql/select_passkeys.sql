-- :account text
SELECT id, name, public_key, sign_count, made_ms, seen_ms FROM passkey WHERE account = :account ORDER BY made_ms, id
