-- :kinds text: kinds of events, a JSON array; :seq int: after this place in the log; :limit int
SELECT seq, id, node, at, clock_at, actor, kind, body, received_at, via, checksum, serial, signature
FROM event
WHERE seq > :seq AND via = '' AND kind IN (SELECT value FROM json_each(:kinds))
ORDER BY seq
LIMIT :limit
