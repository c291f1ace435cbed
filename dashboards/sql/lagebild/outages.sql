-- Outages of now, and those that ended within a day; the largest first. Not a box that was put away a week ago.
SELECT coalesce(nullif(array_to_string(outage.ortsteile, ', '), ''), '?') || ': ' || CASE ${language:sqlstring}
           WHEN 'en' THEN shown.boxes || CASE shown.boxes WHEN 1 THEN ' box' ELSE ' boxes' END || coalesce(' of ' || shown.heard || ' heard', '')
               || ', ' || shown.streets || CASE shown.streets WHEN 1 THEN ' street' ELSE ' streets' END
           ELSE shown.boxes || CASE shown.boxes WHEN 1 THEN ' Box' ELSE ' Boxen' END || coalesce(' von ' || shown.heard || ' gehörten', '')
               || ', ' || shown.streets || CASE shown.streets WHEN 1 THEN ' Straße' ELSE ' Straßen' END END AS extent,
       CASE WHEN outage.until IS NULL THEN outage.grade ELSE 'over' END AS grade,
       moment_text(outage.since, ${language:sqlstring}) || coalesce(
           CASE ${language:sqlstring} WHEN 'en' THEN ' to ' ELSE ' bis ' END || moment_text(outage.until, ${language:sqlstring}), '') AS since,
       duration_text(greatest(0, extract(epoch FROM now() - outage.told_at)::float8)) AS age
FROM outage
CROSS JOIN LATERAL (
    SELECT CASE WHEN outage.until IS NULL THEN cardinality(outage.boxes_out) ELSE outage.boxes_most END AS boxes,
           CASE WHEN outage.until IS NULL THEN outage.boxes_heard END AS heard,
           CASE WHEN outage.until IS NULL THEN cardinality(outage.streets) ELSE outage.streets_most END AS streets
) AS shown
WHERE outage.followed_by IS NULL AND (outage.until IS NULL OR outage.until > now() - INTERVAL '1 day')
  AND NOT (outage.until IS NULL AND outage.boxes_most < 2 AND outage.told_at < now() - INTERVAL '7 days')
ORDER BY outage.until IS NULL DESC, cardinality(outage.streets) DESC, cardinality(outage.boxes_out) DESC, outage.since
LIMIT 50
