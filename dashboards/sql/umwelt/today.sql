-- What the air is like now: means by kind over the boxes that were heard of within the hour and are not retired, each of which counts
-- once.
SELECT round(avg(own.share) FILTER (WHERE own.quantity = 'temperature')::numeric, 1)::float8 AS temperature,
       round(avg(own.share) FILTER (WHERE own.quantity = 'humidity')::numeric, 0)::float8 AS humidity,
       round(avg(own.share) FILTER (WHERE own.quantity = 'pm2_5')::numeric, 1)::float8 AS pm2_5,
       round(avg(own.share) FILTER (WHERE own.quantity = 'pm10')::numeric, 1)::float8 AS pm10,
       round(mean_of(2::smallint, avg(own.share) FILTER (WHERE own.quantity = 'noise'), NULL)::numeric, 0)::float8 AS noise,
       extract(epoch FROM now() - max(own.measured_at))::float8 AS age_s
FROM (
    SELECT box.id, CASE series.quantity WHEN 'temperature_outside' THEN 'temperature' ELSE series.quantity END AS quantity,
           avg(mean_share(latest.value, series.averaging)) AS share, max(latest.measured_at) AS measured_at
    FROM latest
    JOIN series ON series.id = latest.series
    JOIN box ON box.id = series.box
    WHERE series.quantity IN ('temperature', 'temperature_outside', 'humidity', 'pm2_5', 'pm10', 'noise')
      AND latest.measured_at > now() - INTERVAL '1 hour' AND latest.flag & 1 = 0 AND box.retired_at IS NULL
      AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
    GROUP BY 1, 2
) AS own
HAVING count(*) > 0
