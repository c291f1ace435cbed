-- :id blob: what a message counts and is not over yet
SELECT id, alarm, sort FROM message WHERE counted_in = :id AND state <> 'ended' ORDER BY made_chain_ms
