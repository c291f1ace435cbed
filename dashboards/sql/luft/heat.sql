-- The mean temperature by day and by hour of the day, both of the civil zone: a column a day, a cell an hour.
-- The sensors of a box share its weight: to group a year of hours by box first takes more than twice as long.
SELECT hour.day AT TIME ZONE (SELECT civil_zone.name FROM civil_zone) AS time,
       avg(hour.value) FILTER (WHERE hour.hour = 0) AS "00",
       avg(hour.value) FILTER (WHERE hour.hour = 1) AS "01",
       avg(hour.value) FILTER (WHERE hour.hour = 2) AS "02",
       avg(hour.value) FILTER (WHERE hour.hour = 3) AS "03",
       avg(hour.value) FILTER (WHERE hour.hour = 4) AS "04",
       avg(hour.value) FILTER (WHERE hour.hour = 5) AS "05",
       avg(hour.value) FILTER (WHERE hour.hour = 6) AS "06",
       avg(hour.value) FILTER (WHERE hour.hour = 7) AS "07",
       avg(hour.value) FILTER (WHERE hour.hour = 8) AS "08",
       avg(hour.value) FILTER (WHERE hour.hour = 9) AS "09",
       avg(hour.value) FILTER (WHERE hour.hour = 10) AS "10",
       avg(hour.value) FILTER (WHERE hour.hour = 11) AS "11",
       avg(hour.value) FILTER (WHERE hour.hour = 12) AS "12",
       avg(hour.value) FILTER (WHERE hour.hour = 13) AS "13",
       avg(hour.value) FILTER (WHERE hour.hour = 14) AS "14",
       avg(hour.value) FILTER (WHERE hour.hour = 15) AS "15",
       avg(hour.value) FILTER (WHERE hour.hour = 16) AS "16",
       avg(hour.value) FILTER (WHERE hour.hour = 17) AS "17",
       avg(hour.value) FILTER (WHERE hour.hour = 18) AS "18",
       avg(hour.value) FILTER (WHERE hour.hour = 19) AS "19",
       avg(hour.value) FILTER (WHERE hour.hour = 20) AS "20",
       avg(hour.value) FILTER (WHERE hour.hour = 21) AS "21",
       avg(hour.value) FILTER (WHERE hour.hour = 22) AS "22",
       avg(hour.value) FILTER (WHERE hour.hour = 23) AS "23"
FROM (
    SELECT date_trunc('day', mean.bucket AT TIME ZONE zone.name) AS day,
           extract(hour FROM mean.bucket AT TIME ZONE zone.name)::int AS hour, mean.value
    FROM (
        SELECT rollup.bucket, sum(rollup.avg * line.weight) / sum(line.weight) AS value
        FROM (
            SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
            WHERE series.quantity IN ('temperature', 'temperature_outside')
              AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
        ) AS known
        CROSS JOIN LATERAL reading_1h_between(known.ids, $__timeFrom(), $__timeTo()) AS rollup
        JOIN (
            SELECT series.id, 1.0::float8 / count(*) OVER (PARTITION BY series.box) AS weight FROM series
            WHERE series.quantity IN ('temperature', 'temperature_outside')
        ) AS line ON line.id = rollup.series
        GROUP BY rollup.bucket
    ) AS mean
    CROSS JOIN civil_zone AS zone
) AS hour
GROUP BY hour.day
ORDER BY hour.day
