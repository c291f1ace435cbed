-- $1 quantities text[]
-- A row for each series of public boxes: its newest value, the equal mean of those of the last 24 full hours that were heard
-- (as a civil day's is; `share` and `sine` as mean_of wants them) with their number, and that of the last full hour if a quarter of
-- its five minutes was heard.
WITH known AS MATERIALIZED (
    SELECT box.id AS box, series.id, series.quantity, series.averaging, latest.value, latest.measured_at, latest.flag
    FROM public_box AS box
    JOIN series ON series.box = box.id
    JOIN latest ON latest.series = series.id
    WHERE box.retired_at IS NULL AND series.quantity = ANY ($1::text[])
), hour AS (
    SELECT known.id, count(*) AS hours, max(known.averaging) AS averaging,
           avg(mean_share(rollup.avg, known.averaging)) AS share,
           avg(CASE known.averaging WHEN 3 THEN sind(rollup.avg) END) AS sine,
           max(rollup.avg) FILTER (WHERE rollup.bucket = date_trunc('hour', now()) - INTERVAL '1 hour'
                                   AND rollup.coverage >= 0.25) AS last_hour
    FROM (SELECT array_agg(id) AS ids FROM known WHERE measured_at > now() - INTERVAL '1 day') AS chosen
    CROSS JOIN LATERAL reading_1h_between(chosen.ids, date_trunc('hour', now()) - INTERVAL '24 hours', date_trunc('hour', now())) AS rollup
    JOIN known ON known.id = rollup.series
    GROUP BY known.id
)
SELECT known.box, known.quantity, known.value, known.measured_at, known.flag, coalesce(hour.hours, 0) AS hours,
       mean_of(hour.averaging, hour.share, hour.sine) AS day_mean, hour.last_hour
FROM known
LEFT JOIN hour ON hour.id = known.id
