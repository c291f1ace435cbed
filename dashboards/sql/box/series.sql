-- The chosen quantity's series of this box, from the rollup that fits the width of a point. Of
-- totals the last value is shown, for they have no mean.
SELECT rollup.bucket AS time,
       CASE WHEN series.source = 'core' THEN CASE ${language:sqlstring} WHEN 'en' THEN 'box' ELSE 'Box' END
            ELSE initcap(replace(series.source, '-', ' ')) END AS metric,
       CASE series.averaging WHEN 0 THEN rollup.last ELSE rollup.avg END AS value
FROM (
    SELECT array_agg(series.id) AS ids FROM series
    WHERE series.box = ANY(ARRAY[${box:sqlstring}]::text[]) AND series.quantity = ANY(ARRAY[${quantity:sqlstring}]::text[])
) AS known
CROSS JOIN LATERAL reading_points_between(known.ids, $__timeFrom(), $__timeTo(), $__interval_ms) AS rollup
JOIN series ON series.id = rollup.series
ORDER BY 1, 2
