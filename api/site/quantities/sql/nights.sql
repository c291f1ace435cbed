-- $1 quantities text[] by preference
-- How many nights of the last 365 days had at least 20 °C throughout (Deutscher Wetterdienst), of those from 18 to 06 UTC of which
-- nine hours were heard: a row for each public box.
WITH chosen AS MATERIALIZED (
    SELECT DISTINCT ON (box.id) box.id AS box, series.quantity
    FROM public_box AS box
    JOIN series ON series.box = box.id
    WHERE box.retired_at IS NULL AND series.quantity = ANY ($1::text[])
    ORDER BY box.id, array_position($1::text[], series.quantity)
), known AS MATERIALIZED (
    SELECT series.id, series.box FROM chosen JOIN series ON series.box = chosen.box AND series.quantity = chosen.quantity
), night AS (
    SELECT known.box, date_trunc('day', rollup.bucket + INTERVAL '6 hours', 'UTC') AS night, min(rollup.min) AS min
    FROM (SELECT array_agg(id) AS ids FROM known) AS every
    CROSS JOIN LATERAL reading_1h_between(every.ids, now() - INTERVAL '365 days', now()) AS rollup
    JOIN known ON known.id = rollup.series
    WHERE extract(hour FROM rollup.bucket AT TIME ZONE 'UTC') >= 18 OR extract(hour FROM rollup.bucket AT TIME ZONE 'UTC') < 6
    GROUP BY known.box, 2
    HAVING count(DISTINCT rollup.bucket) >= 9
)
SELECT box, count(*) AS nights, count(*) FILTER (WHERE round(min::numeric, 1) >= 20) AS tropical FROM night GROUP BY box
