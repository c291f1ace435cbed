-- :id blob: SHA-256 of a display's token; :now_ms int: ms since 1970
UPDATE wall SET seen_ms = :now_ms WHERE id = :id
