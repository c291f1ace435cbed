-- The mean of the last 24 hours by district, of districts with at least 18 hours of data (three quarters); retired boxes do not count.
SELECT coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') AS district,
       (sum(rollup.avg * rollup.count) / sum(rollup.count))::float8 AS mean
FROM (
    SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
    WHERE series.quantity = 'pm10' AND box.retired_at IS NULL
) AS known
CROSS JOIN LATERAL reading_1h_between(known.ids, now() - INTERVAL '24 hours', now()) AS rollup
JOIN series ON series.id = rollup.series
JOIN box ON box.id = series.box
GROUP BY box.district
HAVING count(DISTINCT rollup.bucket) >= 18
