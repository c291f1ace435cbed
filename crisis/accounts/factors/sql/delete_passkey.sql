-- :id blob, :account text
DELETE FROM passkey WHERE id = :id AND account = :account
