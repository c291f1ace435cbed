-- :issuer text, :subject text, :account text, :made_ms int: ms since 1970
INSERT INTO identity (issuer, subject, account, made_ms) VALUES (:issuer, :subject, :account, :made_ms)
ON CONFLICT (issuer, subject) DO UPDATE SET account = excluded.account, made_ms = excluded.made_ms
