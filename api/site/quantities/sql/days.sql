-- $1 quantities text[] by preference: of several that a box has, the first counts; $2 thresholds float8[] of a day's mean, $3 decimals int
-- A row for each public box with days that count: civil days of the last 365 that are over and of which enough was heard.
-- `above` has, for each threshold, on how many of them the mean was above it; `hot_days` on how many the highest value reached 30 °C.
WITH chosen AS MATERIALIZED (
    SELECT DISTINCT ON (box.id) box.id AS box, series.quantity
    FROM public_box AS box
    JOIN series ON series.box = box.id
    WHERE box.retired_at IS NULL AND series.quantity = ANY ($1::text[])
    ORDER BY box.id, array_position($1::text[], series.quantity)
), known AS MATERIALIZED (
    SELECT series.id, series.box, series.averaging
    FROM chosen JOIN series ON series.box = chosen.box AND series.quantity = chosen.quantity
), day AS MATERIALIZED (
    SELECT known.box, rollup.bucket, max(rollup.max) AS max, bool_or(rollup.is_by_message) AS is_by_message,
           mean_of(max(known.averaging), avg(mean_share(rollup.avg, known.averaging)), avg(CASE known.averaging WHEN 3 THEN sind(rollup.avg) END)) AS mean,
           max(known.averaging) AS averaging
    FROM (SELECT array_agg(id) AS ids FROM known) AS every
    CROSS JOIN civil_zone AS zone
    CROSS JOIN LATERAL reading_1d_between(every.ids, date_trunc('day', now(), zone.name) - INTERVAL '365 days',
                                          date_trunc('day', now(), zone.name)) AS rollup
    JOIN known ON known.id = rollup.series
    WHERE rollup.is_valid
    GROUP BY known.box, rollup.bucket
)
SELECT day.box, count(*) AS days, max(day.max) AS max, bool_or(day.is_by_message) AS is_by_message,
       mean_of(max(day.averaging), avg(mean_share(day.mean, day.averaging)), avg(CASE day.averaging WHEN 3 THEN sind(day.mean) END)) AS mean,
       ARRAY(SELECT (SELECT count(*) FROM day AS counted
                     WHERE counted.box = day.box AND round(counted.mean::numeric, $3::int) > threshold::numeric)
             FROM unnest($2::float8[]) WITH ORDINALITY AS given (threshold, place) ORDER BY place) AS above,
       count(*) FILTER (WHERE round(day.max::numeric, $3::int) >= 30) AS hot_days
FROM day
GROUP BY day.box
