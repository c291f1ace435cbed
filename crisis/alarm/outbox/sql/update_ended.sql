-- :id blob: the message, and what it counts
UPDATE message SET state = 'ended' WHERE (id = :id OR counted_in = :id) AND state IN ('held', 'waiting')
