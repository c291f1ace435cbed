-- Days that are over, of the civil zone, whose mean over the district's boxes is above the WHO's value for a day (limit_value). A box
-- counts in a day of which enough was heard; behind the district is how many days (d) had such a box.
SELECT district_text(day.district::int, ${language:sqlstring}) || ' · ' || count(DISTINCT day.bucket)
           || CASE ${language:sqlstring} WHEN 'en' THEN ' d' ELSE ' T' END AS district,
       count(*) FILTER (WHERE day.quantity = 'pm2_5' AND day.is_above) AS pm2_5_days,
       count(*) FILTER (WHERE day.quantity = 'pm10' AND day.is_above) AS pm10_days
FROM (
    SELECT mean.district, mean.quantity, mean.bucket,
           round(mean.value::numeric, quantity.decimals) > limit_value.threshold::numeric AS is_above
    FROM (
        SELECT own.district, own.quantity, own.bucket, avg(own.value) AS value
        FROM (
            SELECT box.id, box.district, series.quantity, rollup.bucket, avg(rollup.avg) AS value
            FROM (
                SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
                WHERE series.quantity IN ('pm2_5', 'pm10')
                  AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
            ) AS known
            CROSS JOIN civil_zone AS zone
            CROSS JOIN LATERAL reading_1d_between(known.ids, $__timeFrom(), least($__timeTo(), date_trunc('day', now(), zone.name))) AS rollup
            JOIN series ON series.id = rollup.series
            JOIN box ON box.id = series.box
            WHERE rollup.is_valid
            GROUP BY box.id, box.district, series.quantity, rollup.bucket
        ) AS own
        GROUP BY own.district, own.quantity, own.bucket
    ) AS mean
    JOIN quantity ON quantity.name = mean.quantity
    JOIN limit_value ON limit_value.quantity = mean.quantity AND limit_value.source = 'who_2021' AND limit_value.averaging_time = 'day'
                    AND now()::date BETWEEN limit_value.valid_from AND coalesce(limit_value.valid_until, 'infinity')
) AS day
GROUP BY day.district
ORDER BY 1
