-- :id blob
UPDATE message SET state = 'ended' WHERE id = :id AND state IN ('held', 'waiting')
