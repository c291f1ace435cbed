-- One quantity here and in the whole city, from the rollup that fits the width of a point.
SELECT rollup.bucket AS time, avg(rollup.avg) FILTER (WHERE here.series IS NOT NULL) AS here, avg(rollup.avg) AS city
FROM (SELECT array_agg(series.id) AS ids FROM series WHERE series.quantity = ${quantity:sqlstring}) AS known
CROSS JOIN LATERAL reading_points_between(known.ids, $__timeFrom(), $__timeTo(), $__interval_ms) AS rollup
LEFT JOIN (
    SELECT series.id AS series FROM series JOIN box ON box.id = series.box
    WHERE series.quantity = ${quantity:sqlstring}
      AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
) AS here ON here.series = rollup.series
GROUP BY rollup.bucket
ORDER BY rollup.bucket
