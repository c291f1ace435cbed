-- :before int (ms since 1970): messages of alarms that ended before then, and what counted others
DELETE FROM message
WHERE (alarm IN (SELECT name FROM alarm WHERE closed_ms < :before) OR (sort = 'count' AND coalesce(sent_ms, 0) < :before))
  AND state NOT IN ('held', 'waiting', 'sending')
