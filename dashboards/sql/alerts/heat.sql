-- The mean temperature of the last hour by district; retired boxes do not count.
SELECT coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') AS district, avg(latest.value)::float8 AS temperature
FROM latest
JOIN series ON series.id = latest.series
JOIN box ON box.id = series.box
WHERE series.quantity IN ('temperature', 'temperature_outside') AND latest.flag & 1 = 0
  AND latest.measured_at > now() - INTERVAL '1 hour' AND box.retired_at IS NULL
GROUP BY box.district
