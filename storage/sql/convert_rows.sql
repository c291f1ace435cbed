    -- There is no index by time alone: series by series.
    SELECT r.measured_at, r.value, r.series, r.delay_s, r.flag
    FROM (
        WITH RECURSIVE line AS (
            SELECT min(series) AS series FROM reading_before
            UNION ALL
            SELECT (SELECT min(b.series) FROM reading_before AS b WHERE b.series > line.series) FROM line WHERE line.series IS NOT NULL
        )
        SELECT series FROM line WHERE series IS NOT NULL
    ) AS line
    CROSS JOIN LATERAL (
        SELECT b.measured_at, b.value, b.series, b.delay_s, b.flag FROM reading_before AS b
        WHERE b.series = line.series AND b.measured_at >= $1::timestamptz AND b.measured_at < $2::timestamptz
    ) AS r
