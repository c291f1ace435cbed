-- Our means against the limits of WHO and EU. Days are whole days in UTC; a district's value is the mean of its boxes.
WITH known AS MATERIALIZED (
    SELECT series.id, series.quantity FROM series JOIN box ON box.id = series.box
    WHERE series.quantity IN ('pm2_5', 'pm10')
      AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
), day AS MATERIALIZED (
    SELECT known.quantity, rollup.bucket, avg(rollup.avg) AS value, max(rollup.last_at) AS last_at
    FROM (SELECT array_agg(id) AS ids FROM known) AS chosen
    CROSS JOIN LATERAL reading_1d_between(chosen.ids, now() - INTERVAL '365 days', date_trunc('day', now(), 'UTC')) AS rollup
    JOIN known ON known.id = rollup.series
    GROUP BY known.quantity, rollup.bucket
)
SELECT rule.quantity, rule.origin, rule.period, rule.bound AS bound, found.value AS measured,
       found.days_above, rule.days_allowed, found.days AS days_measured,
       CASE WHEN found.value IS NULL THEN 'missing'
            WHEN rule.period = 'year' AND found.days < 330 THEN 'short'
            WHEN rule.period = 'year' AND found.value > rule.bound THEN 'above'
            WHEN rule.period = 'day' AND found.days_above > rule.days_allowed THEN 'above' ELSE 'within' END AS verdict,
       found.age_s
FROM (VALUES
    ('pm2_5', 'who_2021', 'day', 15, 3), ('pm2_5', 'who_2021', 'year', 5, NULL),
    ('pm2_5', 'eu_2008_50', 'year', 25, NULL),
    ('pm2_5', 'eu_2024_2881', 'day', 25, 18), ('pm2_5', 'eu_2024_2881', 'year', 10, NULL),
    ('pm10', 'who_2021', 'day', 45, 3), ('pm10', 'who_2021', 'year', 15, NULL),
    ('pm10', 'eu_2008_50', 'day', 50, 35), ('pm10', 'eu_2008_50', 'year', 40, NULL),
    ('pm10', 'eu_2024_2881', 'day', 45, 18), ('pm10', 'eu_2024_2881', 'year', 20, NULL)
) AS rule (quantity, origin, period, bound, days_allowed)
JOIN LATERAL (
    SELECT CASE rule.period WHEN 'year' THEN round(avg(day.value)::numeric, 1)::float8
                            ELSE round((array_agg(day.value ORDER BY day.bucket DESC))[1]::numeric, 1)::float8 END AS value,
           CASE WHEN rule.period = 'day' THEN count(*) FILTER (WHERE day.value > rule.bound) END AS days_above,
           count(*) AS days, extract(epoch FROM now() - max(day.last_at))::float8 AS age_s
    FROM day
    WHERE day.quantity = rule.quantity
) AS found ON found.days > 0
ORDER BY rule.quantity DESC, array_position(ARRAY['who_2021', 'eu_2024_2881', 'eu_2008_50'], rule.origin), rule.period
