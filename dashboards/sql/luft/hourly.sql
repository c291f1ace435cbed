-- Temperature by district, from the rollup that fits the width of a point.
SELECT mean.bucket AS time, coalesce(lpad(to_hex(mean.district::int), 2, '0'), '-') AS metric, mean.value
FROM (
    SELECT rollup.bucket, box.district, avg(rollup.avg) AS value
    FROM (
        SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
        WHERE series.quantity IN ('temperature', 'temperature_outside')
          AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
    ) AS known
    CROSS JOIN LATERAL reading_points_between(known.ids, $__timeFrom(), $__timeTo(), $__interval_ms) AS rollup
    JOIN series ON series.id = rollup.series
    JOIN box ON box.id = series.box
    GROUP BY rollup.bucket, box.district
) AS mean
ORDER BY 1, 2
