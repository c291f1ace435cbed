-- :account text
DELETE FROM totp WHERE account = :account
