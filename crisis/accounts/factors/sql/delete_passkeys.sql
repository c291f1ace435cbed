-- :account text
DELETE FROM passkey WHERE account = :account
