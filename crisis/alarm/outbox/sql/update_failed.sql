-- :id blob, :tried text, :failing int, :reason text: by a channel that was called, or because there is none
UPDATE message SET state = 'waiting', tried = :tried, failing = max(failing, :failing), reason = :reason
WHERE id = :id AND state IN ('sending', 'waiting')
