-- Tropical nights and hot days by district. A night is from 18 to 06 UTC and tropical when it never falls below 20 °C; a
-- day is hot from 30 °C (Deutscher Wetterdienst). Counted where the mean over the district's boxes says so.
SELECT coalesce(lpad(to_hex(night.district::int), 2, '0'), '-') AS district,
       count(*) FILTER (WHERE night.min >= 20 AND night.hours >= 9) AS tropical_nights,
       count(*) FILTER (WHERE night.max >= 30) AS hot_days
FROM (
    SELECT hour.district, date_trunc('day', hour.bucket + INTERVAL '6 hours', 'UTC') AS day,
           min(hour.min) FILTER (WHERE hour.at_night) AS min, count(*) FILTER (WHERE hour.at_night) AS hours,
           max(hour.max) AS max
    FROM (
        SELECT box.district, rollup.bucket, avg(rollup.min) AS min, avg(rollup.max) AS max,
               extract(hour FROM rollup.bucket AT TIME ZONE 'UTC') >= 18
                   OR extract(hour FROM rollup.bucket AT TIME ZONE 'UTC') < 6 AS at_night
        FROM (
            SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
            WHERE series.quantity IN ('temperature', 'temperature_outside')
              AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
        ) AS known
        CROSS JOIN LATERAL reading_1h_between(known.ids, $__timeFrom(), $__timeTo()) AS rollup
        JOIN series ON series.id = rollup.series
        JOIN box ON box.id = series.box
        GROUP BY box.district, rollup.bucket
    ) AS hour
    GROUP BY 1, 2
) AS night
GROUP BY night.district
ORDER BY 1
