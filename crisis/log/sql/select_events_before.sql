-- :seq int: the events before this place in the log, the newest first; :kind text and :actor text: of this kind, by this
-- person, NULL for any; :limit int
SELECT seq, id, node, at, clock_at, actor, kind, body, received_at, via, checksum, serial, signature
FROM event
WHERE seq < :seq AND (:kind IS NULL OR kind = :kind) AND (:actor IS NULL OR actor = :actor)
ORDER BY seq DESC
LIMIT :limit
