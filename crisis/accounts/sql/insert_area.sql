-- :account text, :area text, :now_ms int: ms since 1970. Changes no row when it is granted there already.
INSERT INTO account_area (account, area, granted_ms) VALUES (:account, :area, :now_ms) ON CONFLICT DO NOTHING
