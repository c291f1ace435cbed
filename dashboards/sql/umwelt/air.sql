-- Particles now: means over the boxes that were heard of within the hour and are not retired, each of which counts once.
SELECT number_text(found.pm2_5, 1, ${language:sqlstring}) || ' µg/m³' AS pm2_5, number_text(found.pm10, 1, ${language:sqlstring}) || ' µg/m³' AS pm10,
       duration_text(found.age_s) AS age
FROM (
    SELECT avg(own.value) FILTER (WHERE own.quantity = 'pm2_5')::numeric AS pm2_5, avg(own.value) FILTER (WHERE own.quantity = 'pm10')::numeric AS pm10,
           greatest(0, extract(epoch FROM now() - max(own.measured_at))::float8) AS age_s
    FROM (
        SELECT box.id, series.quantity, avg(latest.value) AS value, max(latest.measured_at) AS measured_at
        FROM latest
        JOIN series ON series.id = latest.series
        JOIN box ON box.id = series.box
        WHERE series.quantity IN ('pm2_5', 'pm10') AND latest.measured_at > now() - INTERVAL '1 hour' AND latest.flag & 1 = 0
          AND box.retired_at IS NULL AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
        GROUP BY 1, 2
    ) AS own
    HAVING count(*) > 0
) AS found
