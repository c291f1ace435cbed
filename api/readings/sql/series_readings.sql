-- {last} is the newest value of a step, or null when it is not asked for
-- $1 series int[], $2 from timestamptz, $3 to timestamptz (excluded), $4 width interval
-- One row for each series that has readings, its steps as parallel arrays. A step without readings is absent.
SELECT step.series,
       array_agg(to_char(step.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') ORDER BY step.at) AS at,
       array_agg(step.avg ORDER BY step.at) AS avg,
       array_agg(step.min ORDER BY step.at) AS min,
       array_agg(step.max ORDER BY step.at) AS max,
       array_agg(step.count ORDER BY step.at) AS count,
       array_agg(step.last ORDER BY step.at) AS last
FROM (
    SELECT part.series, date_bin($4::interval, part.measured_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS at,
           avg(part.value) AS avg, min(part.value) AS min, max(part.value) AS max, count(*) AS count, {last} AS last
    FROM reading AS part
    WHERE part.series = ANY ($1::int[]) AND part.measured_at >= $2::timestamptz AND part.measured_at < $3::timestamptz
    GROUP BY 1, 2
) AS step
GROUP BY step.series
