-- What a message counts that nobody knows to have arrived is as unsure as the message itself.
UPDATE message SET state = 'unsure', channel = (SELECT count.channel FROM message AS count WHERE count.id = message.counted_in)
WHERE state = 'waiting' AND counted_in IN (SELECT id FROM message WHERE sort = 'count' AND state = 'unsure')
