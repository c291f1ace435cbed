-- `steps` is one of the steps_of_*.sql, and tells what the parameters are; `asked` has a column for each aggregate that was asked for
-- One row for each series that has any steps, which come as parallel arrays. A step without readings is absent.
SELECT step.series,
       array_agg(step.number ORDER BY step.number) AS number,
       array_agg(step.heard ORDER BY step.number) AS heard,{asked}
       array_agg(step.number) FILTER (WHERE step.is_by_message) AS by_message
FROM (
{steps}
) AS step
GROUP BY step.series
