-- How many boxes speak, and what feeds them. No row while no box is known.
SELECT count(*) FILTER (WHERE state = 'mains') AS mains, count(*) FILTER (WHERE state = 'battery') AS battery,
       count(*) FILTER (WHERE state = 'unreachable') AS unreachable,
       count(*) FILTER (WHERE state IN ('reachable', 'unknown')) AS other,
       extract(epoch FROM now() - max(heard_at))::float8 AS age_s
FROM box_state AS box
WHERE ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
HAVING count(*) > 0
