-- A row a quantity: now (the boxes that measured within the hour), here and in the whole city, and the means of the last
-- day and year.
WITH known AS MATERIALIZED (
    SELECT series.id, series.quantity, latest.value, latest.measured_at,
           latest.measured_at > now() - INTERVAL '1 hour' AS fresh,
           ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring})) AS here
    FROM series
    JOIN latest ON latest.series = series.id
    JOIN box ON box.id = series.box
    WHERE series.quantity IN ('temperature', 'temperature_outside', 'humidity', 'pressure', 'pm2_5', 'pm10', 'noise', 'water_level')
      AND latest.measured_at > now() - INTERVAL '2 days' AND latest.flag & 1 = 0
), newest AS (
    SELECT quantity, round(avg(value) FILTER (WHERE here AND fresh)::numeric, 1)::float8 AS value,
           round(avg(value) FILTER (WHERE fresh)::numeric, 1)::float8 AS city, max(measured_at) FILTER (WHERE here) AS measured_at
    FROM known
    GROUP BY quantity
    HAVING bool_or(here)
), chosen AS (
    SELECT array_agg(id) AS ids FROM known WHERE here
), day AS (
    SELECT known.quantity, round((sum(mean.total) / sum(mean.count))::numeric, 1)::float8 AS value
    FROM (
        SELECT rollup.series, sum(rollup.avg * rollup.count) AS total, sum(rollup.count) AS count
        FROM chosen CROSS JOIN LATERAL reading_1h_between(chosen.ids, now() - INTERVAL '24 hours', now()) AS rollup
        GROUP BY rollup.series
    ) AS mean
    JOIN known ON known.id = mean.series
    GROUP BY known.quantity
), year AS (
    SELECT known.quantity, round((sum(mean.total) / sum(mean.count))::numeric, 1)::float8 AS value
    FROM (
        SELECT rollup.series, sum(rollup.avg * rollup.count) AS total, sum(rollup.count) AS count
        FROM chosen CROSS JOIN LATERAL reading_1d_between(chosen.ids, now() - INTERVAL '365 days', now()) AS rollup
        GROUP BY rollup.series
    ) AS mean
    JOIN known ON known.id = mean.series
    GROUP BY known.quantity
)
SELECT CASE ${language:sqlstring} WHEN 'en' THEN quantity.label_en ELSE quantity.label_de END AS quantity,
       newest.value,
       unit_sign(quantity.unit) AS unit,
       -- Particles by their mean of 24 hours (WHO 2021, Directive (EU) 2024/2881), heat by the weather service's words.
       CASE WHEN quantity.name = 'pm2_5' THEN CASE WHEN day.value <= 15 THEN 'good' WHEN day.value <= 25 THEN 'raised'
                                                   WHEN day.value > 25 THEN 'high' END
            WHEN quantity.name = 'pm10' THEN CASE WHEN day.value <= 45 THEN 'good' WHEN day.value <= 50 THEN 'raised'
                                                  WHEN day.value > 50 THEN 'high' END
            WHEN quantity.name IN ('temperature', 'temperature_outside')
            THEN CASE WHEN newest.value < 0 THEN 'frost' WHEN newest.value >= 30 THEN 'hot'
                      WHEN newest.value >= 25 THEN 'summer' WHEN newest.value IS NOT NULL THEN 'mild' END
       END AS class,
       newest.city, day.value AS day, year.value AS year,
       extract(epoch FROM now() - newest.measured_at)::float8 AS age_s
FROM quantity
JOIN newest ON newest.quantity = quantity.name
LEFT JOIN day ON day.quantity = quantity.name
LEFT JOIN year ON year.quantity = quantity.name
ORDER BY array_position(ARRAY['pm2_5', 'pm10', 'temperature', 'temperature_outside', 'humidity', 'noise'], quantity.name), 1
