-- What the air is like now: means over the boxes that were heard of within the hour and are not retired.
SELECT round(avg(latest.value) FILTER (WHERE series.quantity IN ('temperature', 'temperature_outside'))::numeric, 1)::float8
           AS temperature,
       round(avg(latest.value) FILTER (WHERE series.quantity = 'humidity')::numeric, 0)::float8 AS humidity,
       round(avg(latest.value) FILTER (WHERE series.quantity = 'pm2_5')::numeric, 1)::float8 AS pm2_5,
       round(avg(latest.value) FILTER (WHERE series.quantity = 'pm10')::numeric, 1)::float8 AS pm10,
       round(avg(latest.value) FILTER (WHERE series.quantity = 'noise')::numeric, 0)::float8 AS noise,
       extract(epoch FROM now() - max(latest.measured_at))::float8 AS age_s
FROM latest
JOIN series ON series.id = latest.series
JOIN box ON box.id = series.box
WHERE series.quantity IN ('temperature', 'temperature_outside', 'humidity', 'pm2_5', 'pm10', 'noise')
  AND latest.measured_at > now() - INTERVAL '1 hour' AND latest.flag & 1 = 0 AND box.retired_at IS NULL
  AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
HAVING count(*) > 0
