-- :id blob: what a message counts
SELECT alarm, sort FROM message WHERE counted_in = :id ORDER BY made_chain_ms
