-- Every event in the order of arrival. No parameters.
SELECT seq, id, node, at, clock_at, actor, kind, body, received_at, via, checksum, serial, signature
FROM event
ORDER BY seq
