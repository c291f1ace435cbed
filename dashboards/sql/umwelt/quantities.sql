-- A row a quantity: now, here and in the whole city, and the means of the last day and year.
SELECT CASE '${language}' WHEN 'en' THEN quantity.label_en ELSE quantity.label_de END AS quantity,
       now_and_here.value,
       CASE quantity.unit WHEN 'Cel' THEN '°C' WHEN 'ug/m3' THEN 'µg/m³' WHEN 'dB[A]' THEN 'dB(A)' WHEN 'kOhm' THEN 'kΩ'
                          ELSE quantity.unit END AS unit,
       -- Particles by their mean of 24 hours (WHO 2021, Directive (EU) 2024/2881), heat by the weather service's words.
       CASE WHEN quantity.name = 'pm2_5' THEN CASE WHEN day.value <= 15 THEN 'good' WHEN day.value <= 25 THEN 'raised'
                                                   WHEN day.value > 25 THEN 'high' END
            WHEN quantity.name = 'pm10' THEN CASE WHEN day.value <= 45 THEN 'good' WHEN day.value <= 50 THEN 'raised'
                                                  WHEN day.value > 50 THEN 'high' END
            WHEN quantity.name IN ('temperature', 'temperature_outside')
            THEN CASE WHEN now_and_here.value < 0 THEN 'frost' WHEN now_and_here.value >= 30 THEN 'hot'
                      WHEN now_and_here.value >= 25 THEN 'summer' WHEN now_and_here.value IS NOT NULL THEN 'mild' END
       END AS class,
       now_and_here.city, day.value AS day, year.value AS year,
       extract(epoch FROM now() - now_and_here.measured_at)::float8 AS age_s
FROM quantity
JOIN LATERAL (
    SELECT round(avg(latest.value) FILTER (WHERE chosen.here)::numeric, 1)::float8 AS value,
           round(avg(latest.value)::numeric, 1)::float8 AS city, max(latest.measured_at) FILTER (WHERE chosen.here) AS measured_at,
           array_agg(series.id) FILTER (WHERE chosen.here) AS ids
    FROM series
    JOIN latest ON latest.series = series.id
    JOIN box ON box.id = series.box
    CROSS JOIN LATERAL (SELECT ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring})) AS here) AS chosen
    WHERE series.quantity = quantity.name AND latest.measured_at > now() - INTERVAL '2 days' AND latest.flag & 1 = 0
) AS now_and_here ON now_and_here.ids IS NOT NULL
CROSS JOIN LATERAL (
    SELECT round((sum(rollup.avg * rollup.count) / sum(rollup.count))::numeric, 1)::float8 AS value
    FROM reading_1h_between(now_and_here.ids, now() - INTERVAL '24 hours', now()) AS rollup
) AS day
CROSS JOIN LATERAL (
    SELECT round((sum(rollup.avg * rollup.count) / sum(rollup.count))::numeric, 1)::float8 AS value
    FROM reading_1d_between(now_and_here.ids, now() - INTERVAL '365 days', now()) AS rollup
) AS year
WHERE quantity.name IN ('temperature', 'temperature_outside', 'humidity', 'pressure', 'pm2_5', 'pm10', 'noise', 'water_level')
ORDER BY array_position(ARRAY['pm2_5', 'pm10', 'temperature', 'temperature_outside', 'humidity', 'noise'], quantity.name), 1
