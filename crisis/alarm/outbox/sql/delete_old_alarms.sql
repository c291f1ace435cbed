-- :before int (ms since 1970)
DELETE FROM alarm WHERE closed_ms < :before AND name NOT IN (SELECT alarm FROM message)
