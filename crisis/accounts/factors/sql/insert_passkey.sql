-- :id blob, :account text, :name text, :public_key blob, :sign_count int, :now_ms int: ms since 1970.
-- Changes no row when the key is known already.
INSERT INTO passkey (id, account, name, public_key, sign_count, made_ms)
VALUES (:id, :account, :name, :public_key, :sign_count, :now_ms)
ON CONFLICT DO NOTHING
