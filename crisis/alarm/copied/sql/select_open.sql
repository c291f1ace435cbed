-- $1 log uuid: alarms that were open when this hub wrote last.
SELECT name FROM alarm WHERE log = $1 AND ended_at IS NULL
