-- :made_ms int, :seen_ms int: sessions that began or were used last before these times, in ms since 1970
DELETE FROM session WHERE made_ms < :made_ms OR seen_ms < :seen_ms
