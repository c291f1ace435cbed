-- $1 node text, $2 limit int: calls for help that ingest noted and no node has copied yet
SELECT id, at, received_at, actor, body
FROM crisis_event
WHERE node = $1 AND kind = 'distress_received'
ORDER BY received_at
LIMIT $2
