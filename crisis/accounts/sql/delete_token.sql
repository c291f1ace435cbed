-- :account text, :name text: of a token
DELETE FROM token WHERE account = :account AND name = :name
