-- :id blob: SHA-256 of a display's token
SELECT name, made_ms, made_by, until_ms, seen_ms FROM wall WHERE id = :id
