-- :account text
SELECT secret, step FROM totp WHERE account = :account
