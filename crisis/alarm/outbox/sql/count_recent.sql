-- :person text, :since int (chain_ms): the messages to a person that count towards the limit
SELECT count(*) FROM message
WHERE person = :person AND made_chain_ms > :since AND counted_in IS NULL AND sort <> 'count' AND state <> 'held'
