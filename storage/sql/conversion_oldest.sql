-- $1 since timestamptz or null: when the oldest reading was measured that is not converted yet. It looks up each series in the index,
-- the series as the index has them: a series that the table `series` no longer has is converted too.
WITH RECURSIVE line AS (
    SELECT min(series) AS series FROM reading_before
    UNION ALL
    SELECT (SELECT min(r.series) FROM reading_before AS r WHERE r.series > line.series) FROM line WHERE line.series IS NOT NULL
)
SELECT min(oldest.measured_at)
FROM line
CROSS JOIN LATERAL (
    SELECT r.measured_at FROM reading_before AS r
    WHERE r.series = line.series AND r.measured_at >= coalesce($1::timestamptz, '-infinity')
    ORDER BY r.measured_at LIMIT 1
) AS oldest
