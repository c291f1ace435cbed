-- `steps` is one of the steps_of_*.sql, and tells what $1 and $2 are
-- One row for each series that has any steps, which come as parallel arrays. A step without readings is absent.
SELECT step.series,
       array_agg(step.number ORDER BY step.number) AS number,
       array_agg(step.avg ORDER BY step.number) AS avg,
       array_agg(step.min ORDER BY step.number) AS min,
       array_agg(step.max ORDER BY step.number) AS max,
       array_agg(step.count ORDER BY step.number) AS count,
       array_agg(step.last ORDER BY step.number) AS last,
       array_agg(step.heard ORDER BY step.number) AS heard,
       array_agg(step.growth ORDER BY step.number) AS growth,
       array_agg(step.number ORDER BY step.number) FILTER (WHERE step.is_by_message) AS by_message
FROM (
{steps}
) AS step
GROUP BY step.series
