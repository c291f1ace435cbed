-- The chosen quantity's series of this box, from the rollup that fits the width of a point; the unit is in the name. Of totals
-- the last value is shown, for they have no mean.
SELECT rollup.bucket AS time,
       CASE ${language:sqlstring} WHEN 'en' THEN quantity.label_en ELSE quantity.label_de END || ' (' || series.source || ') '
           || unit_sign(quantity.unit) AS metric,
       CASE series.averaging WHEN 0 THEN rollup.last ELSE rollup.avg END AS value
FROM (
    SELECT array_agg(series.id) AS ids FROM series
    WHERE series.box = ${box:sqlstring} AND series.quantity = ${quantity:sqlstring}
) AS known
CROSS JOIN LATERAL reading_points_between(known.ids, $__timeFrom(), $__timeTo(), $__interval_ms) AS rollup
JOIN series ON series.id = rollup.series
JOIN quantity ON quantity.name = series.quantity
ORDER BY 1, 2
