-- Outages of now, and those that ended within a day; the largest first. Not a box that was put away a week ago.
SELECT coalesce(nullif(array_to_string(outage.ortsteile, ', '), ''), '?') AS ortsteile,
       CASE WHEN outage.until IS NULL THEN outage.grade ELSE 'over' END AS grade,
       CASE WHEN outage.until IS NULL THEN cardinality(outage.boxes_out) ELSE outage.boxes_most END::float8 AS boxes,
       CASE WHEN outage.until IS NULL THEN outage.boxes_heard END::float8 AS heard,
       CASE WHEN outage.until IS NULL THEN cardinality(outage.streets) ELSE outage.streets_most END::float8 AS streets,
       outage.since, outage.until, extract(epoch FROM now() - outage.told_at)::float8 AS age_s
FROM outage
WHERE outage.followed_by IS NULL AND (outage.until IS NULL OR outage.until > now() - INTERVAL '1 day')
  AND NOT (outage.until IS NULL AND outage.boxes_most < 2 AND outage.told_at < now() - INTERVAL '7 days')
ORDER BY outage.until IS NULL DESC, cardinality(outage.streets) DESC, cardinality(outage.boxes_out) DESC, outage.since
LIMIT 50
