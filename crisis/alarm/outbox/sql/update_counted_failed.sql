-- :id blob, :reason text: what a message counts failed with it on every channel
UPDATE message SET failing = 1, reason = :reason WHERE counted_in = :id AND state = 'waiting'
