-- :id blob, :now_ms int: ms since 1970
UPDATE badge SET seen_ms = :now_ms WHERE id = :id
