-- A row a quantity of the surroundings now: here and in the whole city, of the boxes that measured within the hour. Means are by kind, and
-- each box counts once. Temperatures are classed by this value; particles by the mean of their day (means.sql).
WITH known AS MATERIALIZED (
    SELECT series.id, series.quantity, series.box, series.averaging, latest.value, latest.measured_at,
           latest.measured_at > now() - INTERVAL '1 hour' AS is_fresh,
           ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
               AS is_here
    FROM series
    JOIN latest ON latest.series = series.id
    JOIN box ON box.id = series.box
    JOIN quantity ON quantity.name = series.quantity
    WHERE NOT quantity.is_about_box AND latest.measured_at > now() - INTERVAL '2 days' AND latest.flag & 1 = 0
), newest AS (
    SELECT own.quantity, mean_of(max(own.averaging), avg(own.share) FILTER (WHERE own.is_here), avg(own.sine) FILTER (WHERE own.is_here))
               AS value,
           mean_of(max(own.averaging), avg(own.share), avg(own.sine)) AS city, max(own.measured_at) FILTER (WHERE own.is_here) AS measured_at
    FROM (
        SELECT quantity, box, is_here, max(averaging) AS averaging, max(measured_at) AS measured_at,
               avg(mean_share(value, averaging)) FILTER (WHERE is_fresh) AS share,
               avg(CASE averaging WHEN 3 THEN sind(value) END) FILTER (WHERE is_fresh) AS sine
        FROM known
        GROUP BY quantity, box, is_here
    ) AS own
    GROUP BY own.quantity
    HAVING bool_or(own.is_here)
), shown AS (
    SELECT quantity.name, CASE ${language:sqlstring} WHEN 'en' THEN quantity.label_en ELSE quantity.label_de END AS label,
           coalesce(' ' || nullif(unit_sign(quantity.unit), ''), '') AS unit, quantity.decimals, newest.measured_at,
           round(newest.value::numeric, quantity.decimals) AS value, round(newest.city::numeric, quantity.decimals) AS city
    FROM quantity
    JOIN newest ON newest.quantity = quantity.name
)
SELECT shown.label AS quantity,
       -- As it is shown it is classed.
       number_text(shown.value, shown.decimals, ${language:sqlstring}) || shown.unit || coalesce(', [' || (
           SELECT quantity_class.class FROM quantity_class
           WHERE quantity_class.quantity = shown.name AND quantity_class.statistic = 'newest' AND quantity_class.span @> shown.value
       ) || ']', '') AS here,
       number_text(shown.city, shown.decimals, ${language:sqlstring}) || shown.unit AS city,
       duration_text(greatest(0, extract(epoch FROM now() - shown.measured_at)::float8)) AS age,
       shown.value::float8 AS value
FROM shown
ORDER BY array_position(ARRAY['pm2_5', 'pm10', 'temperature', 'temperature_outside', 'humidity', 'noise'], shown.name), 1
