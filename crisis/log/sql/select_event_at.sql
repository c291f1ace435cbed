-- :seq int: a place in the log
SELECT seq, id, node, at, clock_at, actor, kind, body, received_at, via, checksum, serial, signature
FROM event
WHERE seq = :seq
