-- Each parameter is the column of its name (schema.sql): what stands beside an event that is there, and its body where
-- words of residents are replaced (crisis/trust/words.py).
UPDATE event
SET (body, received_at, via, checksum, serial, signature) = (:body, :received_at, :via, :checksum, :serial, :signature)
WHERE id = :id
