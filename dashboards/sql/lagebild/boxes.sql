-- A row a box, the worst first. The hours are from the course since the mains went, or from the goal of five days.
SELECT box.id AS box, box.id || coalesce(' · ' || box.name, '') AS name,
       '[' || box.state || '] · ' || duration_text(greatest(0, extract(epoch FROM now() - box.since)::float8)) AS state,
       number_text(box.battery_percent::numeric, 0, ${language:sqlstring}) || ' %' || coalesce(
           CASE ${language:sqlstring} WHEN 'en' THEN ', lasts ' ELSE ', reicht ' END
           || CASE box.hours_by WHEN 'goal' THEN '≈ ' ELSE '' END || duration_text(box.hours_left::float8 * 3600), '') AS battery,
       duration_text(greatest(0, extract(epoch FROM now() - box.heard_at)::float8)) AS age
FROM box_state AS box
WHERE ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
ORDER BY array_position(ARRAY['unreachable', 'battery', 'unknown', 'reachable', 'mains'], box.state), box.hours_left, box.id
