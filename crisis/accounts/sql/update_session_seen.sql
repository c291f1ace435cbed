-- :id blob: of a session; :now_ms int: ms since 1970
UPDATE session SET seen_ms = :now_ms WHERE id = :id
