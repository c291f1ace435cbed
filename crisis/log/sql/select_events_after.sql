-- :seq int: the events after this place in the log; :limit int
SELECT seq, id, node, at, clock_at, actor, kind, body, received_at, via, checksum, serial, signature
FROM event
WHERE seq > :seq
ORDER BY seq
LIMIT :limit
