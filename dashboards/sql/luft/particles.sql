-- PM2.5 by district, from the rollup that fits the width of a point; each box counts once, and of days those count of which enough
-- was heard. Beside them the limits for a day that hold now.
WITH course AS MATERIALIZED (
    SELECT own.bucket AS time, district_text(own.district::int, ${language:sqlstring}) AS metric, avg(own.value) AS value
    FROM (
        SELECT rollup.bucket, box.id, box.district, avg(rollup.avg) AS value
        FROM (
            SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
            WHERE series.quantity = 'pm2_5'
              AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
        ) AS known
        CROSS JOIN LATERAL reading_points_between(known.ids, $__timeFrom(), $__timeTo(), $__interval_ms) AS rollup
        JOIN series ON series.id = rollup.series
        JOIN box ON box.id = series.box
        WHERE rollup.is_valid OR $__interval_ms < 21600000
        GROUP BY rollup.bucket, box.id, box.district
    ) AS own
    GROUP BY own.bucket, own.district
)
SELECT course.time, course.metric, course.value FROM course
UNION ALL
SELECT edge.time, CASE ${language:sqlstring} WHEN 'en' THEN 'limit of a day: ' ELSE 'Tageswert: ' END
           || CASE limit_source.kind WHEN 'law' THEN 'EU' ELSE 'WHO' END AS metric, limit_value.threshold::float8
FROM limit_value
JOIN limit_source ON limit_source.name = limit_value.source
CROSS JOIN (VALUES ($__timeFrom()::timestamptz), ($__timeTo()::timestamptz)) AS edge (time)
WHERE EXISTS (SELECT FROM course) AND limit_value.quantity = 'pm2_5' AND limit_value.averaging_time = 'day'
  AND now()::date BETWEEN limit_value.valid_from AND coalesce(limit_value.valid_until, 'infinity')
ORDER BY 1, 2
