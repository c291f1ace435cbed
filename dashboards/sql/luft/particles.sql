-- PM2.5 by district, from the rollup that fits the width of a point.
SELECT rollup.bucket AS time, coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') AS metric, avg(rollup.avg) AS value
FROM (
    SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
    WHERE series.quantity = 'pm2_5'
      AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
) AS known
CROSS JOIN LATERAL (
    SELECT bucket, series, avg, count FROM reading_5m_between(known.ids, $__timeFrom(), $__timeTo())
    WHERE $__interval_ms < 1800000
    UNION ALL
    SELECT bucket, series, avg, count FROM reading_1h_between(known.ids, $__timeFrom(), $__timeTo())
    WHERE $__interval_ms >= 1800000 AND $__interval_ms < 21600000
    UNION ALL
    SELECT bucket, series, avg, count FROM reading_1d_between(known.ids, $__timeFrom(), $__timeTo())
    WHERE $__interval_ms >= 21600000
) AS rollup
JOIN series ON series.id = rollup.series
JOIN box ON box.id = series.box
GROUP BY 1, 2
ORDER BY 1, 2
