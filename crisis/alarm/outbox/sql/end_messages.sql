-- :name text. What was not told of an alarm that ended is not told any more; its end, and what is being sent, goes on.
UPDATE message SET state = 'ended' WHERE alarm = :name AND sort <> 'end' AND state IN ('held', 'waiting')
