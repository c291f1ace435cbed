-- Seconds since any hub brought its list of alarms here, once one did. Without a word for a month there is none.
SELECT extract(epoch FROM now() - max(list.looked_at))::float8 AS seconds
FROM alarm_list AS list
WHERE list.looked_at > now() - INTERVAL '30 days'
HAVING count(*) > 0
