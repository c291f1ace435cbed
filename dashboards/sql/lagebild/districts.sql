-- A row a district; the battery is the one that is empty first.
SELECT district_text(box.district::int, ${language:sqlstring}) || ' [' || coalesce((
           SELECT change.mode || CASE WHEN change.exercise THEN ' (exercise)' ELSE '' END FROM crisis_change AS change
           WHERE change.kind = 'mode_set' AND change.area IN ('all', 'district-' || lpad(to_hex(box.district::int), 2, '0'))
           ORDER BY change.area = 'all', change.at DESC LIMIT 1), 'unset') || ']' AS district,
       count(*) FILTER (WHERE state = 'battery') AS battery, count(*) FILTER (WHERE state = 'unreachable') AS unreachable,
       duration_text(min(hours_left)::float8 * 3600) AS hours_left,
       duration_text(greatest(0, extract(epoch FROM now() - max(heard_at))::float8)) AS age
FROM box_state AS box
WHERE ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
GROUP BY box.district
ORDER BY count(*) FILTER (WHERE state IN ('battery', 'unreachable')) DESC, district
