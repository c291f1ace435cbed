-- Where the boxes are that said where they are.
SELECT box.latitude, box.longitude, box.id AS box, box.state, round(box.battery_percent::numeric)::float8 AS battery_percent,
       duration_text(box.hours_left::float8 * 3600) AS hours_left,
       duration_text(greatest(0, extract(epoch FROM now() - box.heard_at)::float8)) AS age
FROM box_state AS box
WHERE box.latitude IS NOT NULL AND box.longitude IS NOT NULL
  AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
ORDER BY box.id
