-- $1 log uuid: what ended a week ago, and the lists of other hubs that wrote nothing for 30 days.
WITH replaced AS (DELETE FROM alarm_list WHERE log <> $1 AND looked_at < now() - INTERVAL '30 days')
DELETE FROM alarm WHERE log = $1 AND ended_at < now() - INTERVAL '7 days'
