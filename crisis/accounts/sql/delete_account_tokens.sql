-- :account text: all of its tokens
DELETE FROM token WHERE account = :account
