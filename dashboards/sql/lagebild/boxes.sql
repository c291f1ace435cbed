-- A row a box, the worst first.
SELECT box.id AS box, coalesce(box.name, '') AS name, box.state, extract(epoch FROM now() - box.since)::float8 AS since_s,
       box.battery_percent, round(box.hours_left::numeric, 1)::float8 AS hours_left, box.hours_by,
       coalesce(box.mode, 'unknown') AS mode, extract(epoch FROM now() - box.heard_at)::float8 AS age_s
FROM box_state AS box
WHERE ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
ORDER BY array_position(ARRAY['unreachable', 'battery', 'unknown', 'reachable', 'mains'], box.state), box.hours_left, box.id
