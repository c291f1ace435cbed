-- Boxes by their mean temperature in the chosen time, the hottest first.
SELECT box.id AS box, coalesce(box.name, '') AS name,
       round((sum(rollup.avg * rollup.count) FILTER (WHERE series.quantity <> 'pm2_5')
              / nullif(sum(rollup.count) FILTER (WHERE series.quantity <> 'pm2_5'), 0))::numeric, 1)::float8 AS temperature,
       round((max(rollup.max) FILTER (WHERE series.quantity <> 'pm2_5'))::numeric, 1)::float8 AS temperature_max,
       round((sum(rollup.avg * rollup.count) FILTER (WHERE series.quantity = 'pm2_5')
              / nullif(sum(rollup.count) FILTER (WHERE series.quantity = 'pm2_5'), 0))::numeric, 1)::float8 AS pm2_5,
       extract(epoch FROM now() - max(rollup.last_at))::float8 AS age_s
FROM (
    SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
    WHERE series.quantity IN ('temperature', 'temperature_outside', 'pm2_5')
      AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
) AS known
CROSS JOIN LATERAL reading_1d_between(known.ids, $__timeFrom(), $__timeTo()) AS rollup
JOIN series ON series.id = rollup.series
JOIN box ON box.id = series.box
GROUP BY box.id, box.name
ORDER BY temperature DESC NULLS LAST, box.id
LIMIT 50
