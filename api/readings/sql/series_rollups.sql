-- {relation} is one of reading_5m, reading_1h, reading_1d; {last} is the newest value of a step, or null when it is not asked for
-- $1 series int[], $2 from timestamptz, $3 to timestamptz (excluded), $4 width interval
-- The same result as series_readings.sql, from the buckets of a rollup: averages are weighted by their number of readings.
SELECT step.series,
       array_agg(to_char(step.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') ORDER BY step.at) AS at,
       array_agg(step.avg ORDER BY step.at) AS avg,
       array_agg(step.min ORDER BY step.at) AS min,
       array_agg(step.max ORDER BY step.at) AS max,
       array_agg(step.count ORDER BY step.at) AS count,
       array_agg(step.last ORDER BY step.at) AS last
FROM (
    SELECT part.series, date_bin($4::interval, part.bucket, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS at,
           sum(part.avg * part.count) / sum(part.count)::float8 AS avg, min(part.min) AS min, max(part.max) AS max,
           sum(part.count)::bigint AS count, {last} AS last
    FROM {relation}_between($1::int[], $2::timestamptz, $3::timestamptz) AS part
    GROUP BY 1, 2
) AS step
GROUP BY step.series
