-- :seq int: the events after this place in the log; :limit int. When each happened and arrived, without what it says.
SELECT seq, id, at, received_at
FROM event
WHERE seq > :seq
ORDER BY seq
LIMIT :limit
