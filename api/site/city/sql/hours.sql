-- $1 boxes text[]: those of boxes.sql, $2 quantities text[]
-- Of each of their series that was heard in the last day: the equal mean of those of the last 24 full hours that were heard (as a
-- civil day's is; `share` and `sine` as mean_of wants them) with their number, and that of the last full hour if a quarter of its
-- five minutes was heard.
WITH known AS MATERIALIZED (
    SELECT series.id, series.averaging
    FROM series
    JOIN latest ON latest.series = series.id
    WHERE series.box = ANY ($1::text[]) AND series.quantity = ANY ($2::text[]) AND latest.measured_at > now() - INTERVAL '1 day'
), hour AS (
    SELECT known.id, count(*) AS hours, max(known.averaging) AS averaging,
           avg(mean_share(rollup.avg, known.averaging)) AS share,
           avg(CASE known.averaging WHEN 3 THEN sind(rollup.avg) END) AS sine,
           max(rollup.avg) FILTER (WHERE rollup.bucket = date_trunc('hour', now()) - INTERVAL '1 hour'
                                   AND rollup.coverage >= 0.25) AS last_hour
    FROM (SELECT array_agg(id) AS ids FROM known) AS chosen
    CROSS JOIN LATERAL reading_1h_between(chosen.ids, date_trunc('hour', now()) - INTERVAL '24 hours', date_trunc('hour', now())) AS rollup
    JOIN known ON known.id = rollup.series
    GROUP BY known.id
)
SELECT id AS series, hours, mean_of(averaging, share, sine) AS day_mean, last_hour FROM hour
