-- By how much the mean of the last 24 hours is above the EU's limit for a day, by district: of the limit in force, else of the next one
-- (limit_value). A box counts if 18 of these hours were heard (three quarters) and it is not retired, and each box once.
SELECT coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') AS district, rule.threshold::text AS threshold, rule.title AS source,
       (avg(own.value) - rule.threshold)::float8 AS excess
FROM (
    SELECT series.box, avg(mean.value) AS value
    FROM (
        SELECT rollup.series, avg(rollup.avg) AS value
        FROM (
            SELECT array_agg(series.id) AS ids FROM series JOIN box ON box.id = series.box
            WHERE series.quantity = 'pm2_5' AND box.retired_at IS NULL
        ) AS known
        CROSS JOIN LATERAL reading_1h_between(known.ids, date_trunc('hour', now()) - INTERVAL '23 hours', now()) AS rollup
        GROUP BY rollup.series
        HAVING count(*) >= 18
    ) AS mean
    JOIN series ON series.id = mean.series
    GROUP BY series.box
) AS own
JOIN box ON box.id = own.box
CROSS JOIN (
    SELECT limit_value.threshold, limit_source.title
    FROM limit_value JOIN limit_source ON limit_source.name = limit_value.source
    WHERE limit_value.quantity = 'pm2_5' AND limit_value.averaging_time = 'day' AND limit_source.kind = 'law'
      AND coalesce(limit_value.valid_until, 'infinity') >= now()::date
    ORDER BY limit_value.valid_from
    LIMIT 1
) AS rule
GROUP BY box.district, rule.threshold, rule.title
