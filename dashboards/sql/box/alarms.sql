-- What the list of alarms says of this box now; before it stand the statements of its rules (alerts.of_box).
SELECT found.alarm, duration_text(found.seconds) AS value,
       duration_text(greatest(0, extract(epoch FROM now() - state.heard_at)::float8)) AS age
FROM found
JOIN box_state AS state ON state.id = found.box
WHERE found.box = ANY(ARRAY[${box:sqlstring}]::text[])
ORDER BY found.alarm, found.seconds DESC
