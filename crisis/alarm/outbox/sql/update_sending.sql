-- :id blob, :channel text: it is being sent; on the disk before the channel is called
UPDATE message SET state = 'sending', channel = :channel, attempts = attempts + 1 WHERE id = :id AND state = 'waiting'
