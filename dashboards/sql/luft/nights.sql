-- Tropical nights and hot days by district (Deutscher Wetterdienst, quantity_class). A night is from 18 to 06 UTC, as there, and
-- counts of a box of which nine hours were heard; a day is one of the civil zone that is over. What counts is the mean over the boxes;
-- behind the district is how many nights (n) and days (d) had a box that counts.
WITH known AS MATERIALIZED (
    SELECT series.id, series.box, box.district FROM series JOIN box ON box.id = series.box
    WHERE series.quantity IN ('temperature', 'temperature_outside')
      AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
), chosen AS MATERIALIZED (
    SELECT array_agg(known.id) AS ids FROM known
), night AS (
    SELECT dark.district, dark.night, round(avg(dark.min)::numeric, 1) AS min
    FROM (
        SELECT known.box, known.district, date_trunc('day', rollup.bucket + INTERVAL '6 hours', 'UTC') AS night, min(rollup.min) AS min
        FROM chosen
        CROSS JOIN LATERAL reading_1h_between(chosen.ids, $__timeFrom(), $__timeTo()) AS rollup
        JOIN known ON known.id = rollup.series
        WHERE extract(hour FROM rollup.bucket AT TIME ZONE 'UTC') >= 18 OR extract(hour FROM rollup.bucket AT TIME ZONE 'UTC') < 6
        GROUP BY 1, 2, 3
        HAVING count(DISTINCT rollup.bucket) >= 9
    ) AS dark
    GROUP BY dark.district, dark.night
), day AS (
    SELECT own.district, own.bucket, round(avg(own.max)::numeric, 1) AS max
    FROM (
        SELECT known.box, known.district, rollup.bucket, max(rollup.max) AS max
        FROM chosen
        CROSS JOIN civil_zone AS zone
        CROSS JOIN LATERAL reading_1d_between(chosen.ids, $__timeFrom(), least($__timeTo(), date_trunc('day', now(), zone.name))) AS rollup
        JOIN known ON known.id = rollup.series
        WHERE rollup.is_valid
        GROUP BY known.box, known.district, rollup.bucket
    ) AS own
    GROUP BY own.district, own.bucket
), counted AS (
    SELECT night.district, night.min, NULL::numeric AS max FROM night
    UNION ALL
    SELECT day.district, NULL, day.max FROM day
)
SELECT district_text(counted.district::int, ${language:sqlstring}) || ' · ' || count(counted.min) || CASE ${language:sqlstring} WHEN 'en' THEN ' n, ' ELSE ' N, ' END
           || count(counted.max) || CASE ${language:sqlstring} WHEN 'en' THEN ' d' ELSE ' T' END AS district,
       count(*) FILTER (WHERE counted.min <@ tropical.span) AS tropical_nights,
       count(*) FILTER (WHERE counted.max <@ hot.span) AS hot_days
FROM counted
CROSS JOIN quantity_class AS tropical
CROSS JOIN quantity_class AS hot
WHERE tropical.quantity = 'temperature' AND tropical.statistic = 'night_min' AND tropical.class = 'tropical_night'
  AND hot.quantity = 'temperature' AND hot.statistic = 'day_max' AND hot.class = 'hot_day'
GROUP BY counted.district
ORDER BY 1
