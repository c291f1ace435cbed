-- Boxes by their mean temperature in the chosen time, the hottest first: of the days of the civil zone that are over and of which
-- enough was heard, all alike; with how many there were.
SELECT found.box, found.box || coalesce(' · ' || found.name, '') AS place,
       number_text(found.temperature, 1, ${language:sqlstring}) || ' °C, ' || CASE ${language:sqlstring} WHEN 'en' THEN 'at most ' ELSE 'höchstens ' END
           || number_text(found.temperature_max, 1, ${language:sqlstring}) || ' °C' || coalesce((
               SELECT ', [' || quantity_class.class || ']' FROM quantity_class
               WHERE quantity_class.quantity = 'temperature' AND quantity_class.statistic = 'day_max' AND quantity_class.span @> found.temperature_max), '')
           AS warmth,
       number_text(found.pm2_5, 1, ${language:sqlstring}) || ' µg/m³' || coalesce((
           SELECT ', [' || quantity_class.class || ']' FROM quantity_class
           WHERE quantity_class.quantity = 'pm2_5' AND quantity_class.statistic = 'day_mean' AND quantity_class.span @> found.pm2_5), '') AS dust,
       found.days || CASE ${language:sqlstring} WHEN 'en' THEN CASE found.days WHEN 1 THEN ' day, ' ELSE ' days, ' END
           ELSE CASE found.days WHEN 1 THEN ' Tag, vor ' ELSE ' Tage, vor ' END END || duration_text(found.age_s)
           || CASE ${language:sqlstring} WHEN 'en' THEN ' ago' ELSE '' END AS age, found.temperature::float8, found.pm2_5::float8, found.days
FROM (
    SELECT box.id AS box, box.name,
           round((avg(rollup.avg) FILTER (WHERE series.quantity <> 'pm2_5'))::numeric, 1) AS temperature,
           round((max(rollup.max) FILTER (WHERE series.quantity <> 'pm2_5'))::numeric, 1) AS temperature_max,
           round((avg(rollup.avg) FILTER (WHERE series.quantity = 'pm2_5'))::numeric, 1) AS pm2_5,
           count(DISTINCT rollup.bucket) AS days, greatest(0, extract(epoch FROM now() - max(rollup.last_at))::float8) AS age_s
    FROM (
        SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
        WHERE series.quantity IN ('temperature', 'temperature_outside', 'pm2_5')
          AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
    ) AS known
    CROSS JOIN civil_zone AS zone
    CROSS JOIN LATERAL reading_1d_between(known.ids, $__timeFrom(), least($__timeTo(), date_trunc('day', now(), zone.name))) AS rollup
    JOIN series ON series.id = rollup.series
    JOIN box ON box.id = series.box
    WHERE rollup.is_valid
    GROUP BY box.id, box.name
) AS found
ORDER BY found.temperature DESC NULLS LAST, found.box
LIMIT 50
