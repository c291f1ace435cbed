-- Boxes by their mean temperature in the chosen time, the hottest first: of the days of the civil zone that are over and of which
-- enough was heard, all alike; with how many there were.
SELECT box.id AS box, coalesce(box.name, '') AS name,
       round((avg(rollup.avg) FILTER (WHERE series.quantity <> 'pm2_5'))::numeric, 1)::float8 AS temperature,
       round((max(rollup.max) FILTER (WHERE series.quantity <> 'pm2_5'))::numeric, 1)::float8 AS temperature_max,
       round((avg(rollup.avg) FILTER (WHERE series.quantity = 'pm2_5'))::numeric, 1)::float8 AS pm2_5,
       count(DISTINCT rollup.bucket) AS days,
       extract(epoch FROM now() - max(rollup.last_at))::float8 AS age_s
FROM (
    SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
    WHERE series.quantity IN ('temperature', 'temperature_outside', 'pm2_5')
      AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
) AS known
CROSS JOIN civil_zone AS zone
CROSS JOIN LATERAL reading_1d_between(known.ids, $__timeFrom(), least($__timeTo(), date_trunc('day', now(), zone.name))) AS rollup
JOIN series ON series.id = rollup.series
JOIN box ON box.id = series.box
WHERE rollup.is_valid
GROUP BY box.id, box.name
ORDER BY temperature DESC NULLS LAST, box.id
LIMIT 50
