-- :id blob, :counted_in blob
UPDATE message SET counted_in = :counted_in, state = 'waiting' WHERE id = :id AND state = 'held'
