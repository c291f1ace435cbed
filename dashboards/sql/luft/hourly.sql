-- Temperature by district, from the rollup that fits the width of a point; each box counts once, and of days those count of which enough
-- was heard.
SELECT own.bucket AS time, district_text(own.district::int, ${language:sqlstring}) AS metric, avg(own.value) AS value
FROM (
    SELECT rollup.bucket, box.id, box.district, avg(rollup.avg) AS value
    FROM (
        SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
        WHERE series.quantity IN ('temperature', 'temperature_outside')
          AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
    ) AS known
    CROSS JOIN LATERAL reading_points_between(known.ids, $__timeFrom(), $__timeTo(), $__interval_ms) AS rollup
    JOIN series ON series.id = rollup.series
    JOIN box ON box.id = series.box
    WHERE rollup.is_valid OR $__interval_ms < 21600000
    GROUP BY rollup.bucket, box.id, box.district
) AS own
GROUP BY own.bucket, own.district
ORDER BY 1, 2
