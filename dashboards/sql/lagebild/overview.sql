-- How many boxes have no mains or are silent, of how many. No row while no box is known.
SELECT count(*) FILTER (WHERE state = 'battery') AS battery, count(*) FILTER (WHERE state = 'unreachable') AS unreachable,
       count(*) AS boxes, duration_text(greatest(0, extract(epoch FROM now() - max(heard_at))::float8)) AS age
FROM box_state AS box
WHERE ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
HAVING count(*) > 0
