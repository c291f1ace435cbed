-- :person text: when the last counting message was made
SELECT max(made_chain_ms) FROM message WHERE person = :person AND sort = 'count'
