-- :id blob, :account text, :sign_count int, :now_ms int: ms since 1970
UPDATE passkey SET sign_count = :sign_count, seen_ms = :now_ms WHERE id = :id AND account = :account
