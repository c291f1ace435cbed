-- A row a quantity of the surroundings: the means of the last 24 hours and of 365 civil days. Means are by kind, and each box counts once:
-- in the last 24 hours if 18 of them were heard, in a civil day if enough of it was. Particles are classed by their mean of 24 hours.
WITH known AS MATERIALIZED (
    SELECT series.id, series.quantity, series.box, series.averaging, latest.measured_at
    FROM series
    JOIN latest ON latest.series = series.id
    JOIN box ON box.id = series.box
    JOIN quantity ON quantity.name = series.quantity
    WHERE NOT quantity.is_about_box AND latest.measured_at > now() - INTERVAL '2 days' AND latest.flag & 1 = 0
      AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
), chosen AS (
    SELECT array_agg(id) AS ids FROM known
), day AS (
    SELECT own.quantity, mean_of(max(own.averaging), avg(own.share), avg(own.sine)) AS value
    FROM (
        SELECT known.quantity, known.box, max(known.averaging) AS averaging, avg(line.share) AS share, avg(line.sine) AS sine
        FROM (
            SELECT rollup.series, avg(mean_share(rollup.avg, known.averaging)) AS share,
                   avg(CASE known.averaging WHEN 3 THEN sind(rollup.avg) END) AS sine
            FROM chosen
            CROSS JOIN LATERAL reading_1h_between(chosen.ids, date_trunc('hour', now()) - INTERVAL '23 hours', now()) AS rollup
            JOIN known ON known.id = rollup.series
            GROUP BY rollup.series
            HAVING count(*) >= 18
        ) AS line
        JOIN known ON known.id = line.series
        GROUP BY known.quantity, known.box
    ) AS own
    GROUP BY own.quantity
), year AS (
    SELECT civil.quantity, mean_of(max(civil.averaging), avg(mean_share(civil.value, civil.averaging)),
                                   avg(CASE civil.averaging WHEN 3 THEN sind(civil.value) END)) AS value, count(*) AS days
    FROM (
        SELECT own.quantity, own.bucket, max(own.averaging) AS averaging,
               mean_of(max(own.averaging), avg(own.share), avg(own.sine)) AS value
        FROM (
            SELECT known.quantity, known.box, rollup.bucket, max(known.averaging) AS averaging,
                   avg(mean_share(rollup.avg, known.averaging)) AS share,
                   avg(CASE known.averaging WHEN 3 THEN sind(rollup.avg) END) AS sine
            FROM chosen
            CROSS JOIN civil_zone AS zone
            CROSS JOIN LATERAL reading_1d_between(chosen.ids, date_trunc('day', now(), zone.name) - INTERVAL '365 days',
                                                  date_trunc('day', now(), zone.name)) AS rollup
            JOIN known ON known.id = rollup.series
            WHERE rollup.is_valid
            GROUP BY known.quantity, known.box, rollup.bucket
        ) AS own
        GROUP BY own.quantity, own.bucket
    ) AS civil
    GROUP BY civil.quantity
), shown AS (
    SELECT quantity.name, CASE ${language:sqlstring} WHEN 'en' THEN quantity.label_en ELSE quantity.label_de END AS label,
           coalesce(' ' || nullif(unit_sign(quantity.unit), ''), '') AS unit, quantity.decimals, heard.measured_at, year.days,
           round(day.value::numeric, quantity.decimals) AS day, round(year.value::numeric, quantity.decimals) AS year
    FROM quantity
    JOIN (SELECT known.quantity, max(known.measured_at) AS measured_at FROM known GROUP BY known.quantity) AS heard ON heard.quantity = quantity.name
    LEFT JOIN day ON day.quantity = quantity.name
    LEFT JOIN year ON year.quantity = quantity.name
)
SELECT shown.label AS quantity,
       number_text(shown.day, shown.decimals, ${language:sqlstring}) || shown.unit || coalesce(', [' || (
           SELECT quantity_class.class FROM quantity_class
           WHERE quantity_class.quantity = shown.name AND quantity_class.statistic = 'day_mean' AND quantity_class.span @> shown.day
       ) || ']', '') AS day,
       number_text(shown.year, shown.decimals, ${language:sqlstring}) || shown.unit || CASE ${language:sqlstring}
           WHEN 'en' THEN ' (' || shown.days || CASE shown.days WHEN 1 THEN ' valid day)' ELSE ' valid days)' END
           ELSE ' (' || shown.days || CASE shown.days WHEN 1 THEN ' gültiger Tag)' ELSE ' gültige Tage)' END END AS year,
       duration_text(greatest(0, extract(epoch FROM now() - shown.measured_at)::float8)) AS age
FROM shown
WHERE shown.day IS NOT NULL OR shown.year IS NOT NULL
ORDER BY array_position(ARRAY['pm2_5', 'pm10', 'temperature', 'temperature_outside', 'humidity', 'noise'], shown.name), 1
