-- :account text: the tokens of this account; NULL: of all
SELECT account, name, made_ms, until_ms, seen_ms
FROM token
WHERE :account IS NULL OR account = :account
ORDER BY account, name
