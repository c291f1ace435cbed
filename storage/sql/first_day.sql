-- $1 zone text, $2 since timestamptz: the day of the first stored hour from then on; null where there is none
SELECT date_trunc('day', min(first.bucket), $1::text)
FROM series
CROSS JOIN LATERAL (SELECT hour.bucket FROM rolled_1h AS hour
                    WHERE hour.series = series.id AND hour.bucket >= $2::timestamptz ORDER BY 1 LIMIT 1) AS first
