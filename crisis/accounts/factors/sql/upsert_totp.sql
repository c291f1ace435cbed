-- :account text, :secret text: base32; :step int: of the code that proved it; :now_ms int: ms since 1970
INSERT INTO totp (account, secret, step, made_ms) VALUES (:account, :secret, :step, :now_ms)
ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, step = excluded.step, made_ms = excluded.made_ms
