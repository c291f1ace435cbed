-- Where the boxes are that said where they are.
SELECT box.latitude, box.longitude, box.id AS box, box.state, box.battery_percent,
       round(box.hours_left::numeric, 1)::float8 AS hours_left, extract(epoch FROM now() - box.heard_at)::float8 AS age_s
FROM box_state AS box
WHERE box.latitude IS NOT NULL AND box.longitude IS NOT NULL
  AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
ORDER BY box.id
