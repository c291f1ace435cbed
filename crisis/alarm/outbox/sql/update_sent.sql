-- :id blob, :sent_ms int, :channel text: the message, and what it counts
UPDATE message SET state = 'sent', sent_ms = :sent_ms, channel = :channel, reason = '' WHERE id = :id OR counted_in = :id
