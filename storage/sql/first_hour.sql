-- $1 since timestamptz: the first hour from then on of which there are readings or five minutes; null where there is none
SELECT date_bin('1 hour', min(first.at), '2000-01-01 00:00:00+00')
FROM series
CROSS JOIN LATERAL (
    (SELECT reading.measured_at AS at FROM averaged_reading AS reading
     WHERE reading.series = series.id AND reading.measured_at >= $1::timestamptz ORDER BY 1 LIMIT 1)
    UNION ALL
    (SELECT five.bucket FROM folded_5m AS five WHERE five.series = series.id AND five.bucket >= $1 ORDER BY 1 LIMIT 1)
    UNION ALL
    (SELECT five.bucket FROM archived_share AS five WHERE five.series = series.id AND five.bucket >= $1 ORDER BY 1 LIMIT 1)
) AS first
