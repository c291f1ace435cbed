-- A row a quantity of the surroundings: now (the boxes that measured within the hour), here and in the whole city, and the means
-- of the last day and year. All means are by kind, and each box counts once: in the last 24 hours if 18 of them were heard, in a civil
-- day if enough of it was.
WITH known AS MATERIALIZED (
    SELECT series.id, series.quantity, series.box, series.averaging, latest.value, latest.measured_at,
           latest.measured_at > now() - INTERVAL '1 hour' AS is_fresh,
           ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
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
), chosen AS (
    SELECT array_agg(id) AS ids FROM known WHERE is_here
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
           unit_sign(quantity.unit) AS unit, newest.measured_at, year.days,
           round(newest.value::numeric, quantity.decimals) AS value, round(newest.city::numeric, quantity.decimals) AS city,
           round(day.value::numeric, quantity.decimals) AS day, round(year.value::numeric, quantity.decimals) AS year
    FROM quantity
    JOIN newest ON newest.quantity = quantity.name
    LEFT JOIN day ON day.quantity = quantity.name
    LEFT JOIN year ON year.quantity = quantity.name
)
SELECT shown.label AS quantity, shown.value::float8 AS value, shown.unit,
       -- As they are shown they are classed: particles by their mean of 24 hours, temperatures by the newest value.
       (SELECT quantity_class.class FROM quantity_class
        WHERE quantity_class.quantity = shown.name
          AND quantity_class.span @> CASE quantity_class.statistic WHEN 'newest' THEN shown.value WHEN 'day_mean' THEN shown.day END
       ) AS class,
       shown.city::float8 AS city, shown.day::float8 AS day, shown.year::float8 AS year, coalesce(shown.days, 0) AS days,
       extract(epoch FROM now() - shown.measured_at)::float8 AS age_s
FROM shown
ORDER BY array_position(ARRAY['pm2_5', 'pm10', 'temperature', 'temperature_outside', 'humidity', 'noise'], shown.name), 1
