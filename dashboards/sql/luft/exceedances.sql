-- Days whose mean over the district's boxes is above the WHO's value for 24 hours. Days in UTC.
SELECT coalesce(lpad(to_hex(day.district::int), 2, '0'), '-') AS district,
       count(*) FILTER (WHERE day.quantity = 'pm2_5' AND day.value > 15) AS pm2_5_days,
       count(*) FILTER (WHERE day.quantity = 'pm10' AND day.value > 45) AS pm10_days
FROM (
    SELECT box.district, series.quantity, rollup.bucket, avg(rollup.avg) AS value
    FROM (
        SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
        WHERE series.quantity IN ('pm2_5', 'pm10')
          AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
    ) AS known
    CROSS JOIN LATERAL reading_1d_between(known.ids, $__timeFrom(), $__timeTo()) AS rollup
    JOIN series ON series.id = rollup.series
    JOIN box ON box.id = series.box
    GROUP BY box.district, series.quantity, rollup.bucket
) AS day
GROUP BY day.district
ORDER BY 1
