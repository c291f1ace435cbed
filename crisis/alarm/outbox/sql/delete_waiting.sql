-- :id blob: a message that is not being sent and that no other one counts. It may be made again.
DELETE FROM message WHERE id = :id AND state IN ('held', 'waiting') AND counted_in IS NULL
