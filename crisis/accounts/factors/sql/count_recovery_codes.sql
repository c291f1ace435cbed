-- :account text
SELECT count(*) FROM recovery_code WHERE account = :account
