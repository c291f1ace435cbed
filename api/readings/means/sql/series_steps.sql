-- `steps` is one of the steps_of_*.sql, and tells what the parameters are; `columns` has one for each aggregate that was asked for, and
-- what has to be known of a step besides: `heard` (else all of its time was heard), `by_message` (else all means are of time)
-- One row for each series that has any steps, which come as parallel arrays. A step without readings is absent.
SELECT step.series,
       array_agg(step.number ORDER BY step.number) AS number{columns}
FROM (
{steps}
) AS step
GROUP BY step.series
