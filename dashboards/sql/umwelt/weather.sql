-- Temperature and noise now: means by kind over the boxes that were heard of within the hour and are not retired, each of which counts
-- once.
SELECT number_text(found.temperature, 1, ${language:sqlstring}) || ' °C' AS temperature, number_text(found.noise, 0, ${language:sqlstring}) || ' dB(A)' AS noise,
       duration_text(found.age_s) AS age
FROM (
    SELECT avg(own.share) FILTER (WHERE own.quantity = 'temperature')::numeric AS temperature,
           mean_of(2::smallint, avg(own.share) FILTER (WHERE own.quantity = 'noise'), NULL)::numeric AS noise,
           greatest(0, extract(epoch FROM now() - max(own.measured_at))::float8) AS age_s
    FROM (
        SELECT box.id, CASE series.quantity WHEN 'temperature_outside' THEN 'temperature' ELSE series.quantity END AS quantity,
               avg(mean_share(latest.value, series.averaging)) AS share, max(latest.measured_at) AS measured_at
        FROM latest
        JOIN series ON series.id = latest.series
        JOIN box ON box.id = series.box
        WHERE series.quantity IN ('temperature', 'temperature_outside', 'noise') AND latest.measured_at > now() - INTERVAL '1 hour'
          AND latest.flag & 1 = 0 AND box.retired_at IS NULL AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
        GROUP BY 1, 2
    ) AS own
    HAVING count(*) > 0
) AS found
