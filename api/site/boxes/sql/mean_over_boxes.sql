-- `steps` is api.readings.means' series_steps, and tells what $1 to $4 are
-- $5 of how many parts each step consists float8[], $6 the kind of mean smallint (as series.averaging), $7 which share of a step must be heard
-- Each box counts once, with the mean of its series (devices/means.py says the same of lists).
SELECT of_box.number, mean_of($6, avg(mean_share(of_box.value, $6)), avg(CASE WHEN $6 = 3 THEN sind(of_box.value) END)) AS avg, count(*) AS boxes
FROM (
    SELECT series.box, step.number,
           mean_of($6::smallint, avg(mean_share(step.avg, $6::smallint)), avg(CASE WHEN $6::smallint = 3 THEN sind(step.avg) END)) AS value
    FROM (
{steps}
    ) AS found
    JOIN series ON series.id = found.series
    CROSS JOIN LATERAL unnest(found.number, found.avg, found.heard) AS step (number, avg, heard)
    WHERE step.avg IS NOT NULL AND step.heard / ($5::float8[])[step.number + 1] >= $7::float8
    GROUP BY series.box, step.number
) AS of_box
WHERE of_box.value IS NOT NULL
GROUP BY of_box.number
ORDER BY of_box.number
