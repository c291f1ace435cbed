-- A row a district; the battery is the one that is empty first.
SELECT coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') AS district, count(*) AS boxes,
       count(*) FILTER (WHERE state = 'mains') AS mains, count(*) FILTER (WHERE state = 'battery') AS battery,
       count(*) FILTER (WHERE state = 'unreachable') AS unreachable,
       extract(epoch FROM now() - min(since) FILTER (WHERE state IN ('battery', 'unreachable')))::float8 AS trouble_s,
       round(min(hours_left)::numeric, 1)::float8 AS hours_left,
       coalesce((SELECT change.mode || CASE WHEN change.exercise THEN ' (exercise)' ELSE '' END
                 FROM crisis_change AS change
                 WHERE change.kind = 'mode_set' AND change.area IN ('all', 'district-' || lpad(to_hex(box.district::int), 2, '0'))
                 ORDER BY change.area = 'all', change.at DESC LIMIT 1), 'unset') AS mode,
       extract(epoch FROM now() - max(heard_at))::float8 AS age_s
FROM box_state AS box
WHERE ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
GROUP BY box.district
ORDER BY count(*) FILTER (WHERE state IN ('battery', 'unreachable')) DESC, district
