-- :account text, :id blob: SHA-256 of the code. Changes no row when it is none of theirs, or was used.
DELETE FROM recovery_code WHERE account = :account AND id = :id
