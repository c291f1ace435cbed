-- By how much the mean of the temperatures of the last hour is above what we call heat (quantity_class), by district; each box counts
-- once, and retired ones do not.
SELECT coalesce(lpad(to_hex(own.district::int), 2, '0'), '-') AS district, lower(heat.span)::text AS threshold,
       (avg(own.value) - lower(heat.span))::float8 AS excess
FROM (
    SELECT box.id, box.district, avg(latest.value) AS value
    FROM latest
    JOIN series ON series.id = latest.series
    JOIN box ON box.id = series.box
    WHERE series.quantity IN ('temperature', 'temperature_outside') AND latest.flag & 1 = 0
      AND latest.measured_at > now() - INTERVAL '1 hour' AND box.retired_at IS NULL
    GROUP BY box.id
) AS own
CROSS JOIN quantity_class AS heat
WHERE heat.quantity = 'temperature' AND heat.statistic = 'hour_mean' AND heat.class = 'heat'
GROUP BY own.district, heat.span
