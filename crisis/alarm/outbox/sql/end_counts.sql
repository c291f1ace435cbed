-- A message that counts others has nothing to say once all of them are over.
UPDATE message SET state = 'ended'
WHERE sort = 'count' AND state = 'waiting'
  AND NOT EXISTS (SELECT 1 FROM message AS counted WHERE counted.counted_in = message.id AND counted.state <> 'ended')
