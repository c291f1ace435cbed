-- What the colours of the map mean, how many boxes have each, and how many of them nobody sees there. No row while no box is known.
SELECT box.state, count(*) FILTER (WHERE box.latitude IS NOT NULL AND box.longitude IS NOT NULL) AS placed,
       count(*) FILTER (WHERE box.latitude IS NULL OR box.longitude IS NULL) AS unplaced,
       duration_text(greatest(0, extract(epoch FROM now() - max(box.heard_at))::float8)) AS age
FROM box_state AS box
WHERE ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
GROUP BY box.state
ORDER BY array_position(ARRAY['unreachable', 'battery', 'unknown', 'reachable', 'mains'], box.state)
