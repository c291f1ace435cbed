-- :account text
DELETE FROM recovery_code WHERE account = :account
