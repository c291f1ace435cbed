-- $1 box text, $2 limit int: the messages of a box that have waited longest
SELECT id, received_at, topic, payload FROM deferred WHERE due_at IS NULL AND box = $1 ORDER BY id LIMIT $2
