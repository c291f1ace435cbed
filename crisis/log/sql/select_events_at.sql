-- :seqs text: places in the log, a JSON array
SELECT seq, id, node, at, clock_at, actor, kind, body, received_at, via, checksum, serial, signature
FROM event
WHERE seq IN (SELECT value FROM json_each(:seqs))
ORDER BY seq
