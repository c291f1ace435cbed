-- $1 until timestamptz (null: all), $2 limit int: messages that waited for the hub's clock, the oldest first
SELECT id, received_at, topic, payload FROM deferred
WHERE due_at IS NOT NULL AND ($1::timestamptz IS NULL OR due_at <= $1::timestamptz)
ORDER BY id LIMIT $2
