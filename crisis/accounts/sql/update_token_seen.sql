-- :id blob: of a token; :now_ms int: ms since 1970
UPDATE token SET seen_ms = :now_ms WHERE id = :id
