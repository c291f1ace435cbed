-- What the list of alarms says of this box now, also what nobody is told of; before it stands `found` (alarm_queries.of_boxes). The value is
-- how long a call waits, the box is silent, its battery lasts, or its clock is off; of other kinds, how long that has been so.
SELECT found.kind AS alarm,
       duration_text(greatest(0, CASE found.kind
           WHEN 'unreachable' THEN extract(epoch FROM now() - coalesce(state.heard_at, found.opened_at))
           WHEN 'battery' THEN coalesce(found.value, 0) * 3600
           WHEN 'clock' THEN coalesce(found.value, 0)
           ELSE extract(epoch FROM now() - found.opened_at) END)::float8) AS value,
       duration_text(greatest(0, extract(epoch FROM now() - state.heard_at)::float8)) AS age
FROM found
LEFT JOIN box_state AS state ON state.id = found.box
WHERE found.box = ANY(ARRAY[${box:sqlstring}]::text[])
ORDER BY found.kind, found.opened_at
