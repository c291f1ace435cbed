-- One quantity here and in the whole city, from the rollup that fits the width of a point: means by kind in which each box counts
-- once; of totals how much they grew. Of days those count of which enough was heard. Beside them the limits for a day that hold now.
WITH course AS MATERIALIZED (
    SELECT point.time, line.metric, line.value
    FROM (
        SELECT own.time, max(own.averaging) AS averaging, avg(own.growth) AS growth, avg(own.share) AS share, avg(own.sine) AS sine,
               avg(own.growth) FILTER (WHERE own.is_here) AS growth_here, avg(own.share) FILTER (WHERE own.is_here) AS share_here,
               avg(own.sine) FILTER (WHERE own.is_here) AS sine_here
        FROM (
            SELECT rollup.bucket AS time, line.box, line.is_here, max(line.averaging) AS averaging, avg(rollup.growth) AS growth,
                   avg(mean_share(rollup.avg, line.averaging)) AS share, avg(CASE line.averaging WHEN 3 THEN sind(rollup.avg) END) AS sine
            FROM (SELECT array_agg(series.id) AS ids FROM series WHERE series.quantity = ANY(ARRAY[${quantity:sqlstring}]::text[])) AS known
            CROSS JOIN LATERAL reading_points_between(known.ids, $__timeFrom(), $__timeTo(), $__interval_ms) AS rollup
            JOIN (
                SELECT series.id, series.box, series.averaging,
                       '*' = ANY(ARRAY[${district:sqlstring}]::text[])
                           OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]) AS is_here
                FROM series JOIN box ON box.id = series.box
                WHERE series.quantity = ANY(ARRAY[${quantity:sqlstring}]::text[])
            ) AS line ON line.id = rollup.series
            WHERE rollup.is_valid OR $__interval_ms < 21600000
            GROUP BY rollup.bucket, line.box, line.is_here
        ) AS own
        GROUP BY own.time
    ) AS point
    CROSS JOIN LATERAL (VALUES
        (CASE ${language:sqlstring} WHEN 'en' THEN 'here' ELSE 'hier' END,
         CASE point.averaging WHEN 0 THEN point.growth_here ELSE mean_of(point.averaging, point.share_here, point.sine_here) END),
        (CASE ${language:sqlstring} WHEN 'en' THEN 'whole city' ELSE 'ganze Stadt' END,
         CASE point.averaging WHEN 0 THEN point.growth ELSE mean_of(point.averaging, point.share, point.sine) END)
    ) AS line (metric, value)
)
SELECT course.time, course.metric, course.value FROM course
UNION ALL
SELECT edge.time, CASE ${language:sqlstring} WHEN 'en' THEN 'limit of a day: ' ELSE 'Tageswert: ' END
           || CASE limit_source.kind WHEN 'law' THEN 'EU' ELSE 'WHO' END AS metric, limit_value.threshold::float8
FROM limit_value
JOIN limit_source ON limit_source.name = limit_value.source
CROSS JOIN (VALUES ($__timeFrom()::timestamptz), ($__timeTo()::timestamptz)) AS edge (time)
WHERE EXISTS (SELECT FROM course) AND limit_value.quantity = ANY(ARRAY[${quantity:sqlstring}]::text[]) AND limit_value.averaging_time = 'day'
  AND now()::date BETWEEN limit_value.valid_from AND coalesce(limit_value.valid_until, 'infinity')
ORDER BY 1, 2
