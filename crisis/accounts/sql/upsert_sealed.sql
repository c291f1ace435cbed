-- :account text, :box text, :digest blob, :now_ms int: ms since 1970
INSERT INTO sealed (account, box, digest, sealed_ms) VALUES (:account, :box, :digest, :now_ms)
ON CONFLICT (account, box) DO UPDATE SET (digest, sealed_ms, taken_ms) = (excluded.digest, excluded.sealed_ms, NULL)
