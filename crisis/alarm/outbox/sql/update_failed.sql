-- :id blob, :tried text, :failing int, :reason text
UPDATE message SET state = 'waiting', tried = :tried, failing = max(failing, :failing), reason = :reason
WHERE id = :id AND state = 'sending'
