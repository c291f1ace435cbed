-- How much of each civil day was heard of the box, the newest days first; a day is valid with three quarters of its hours.
SELECT to_char(day.bucket AT TIME ZONE zone.name, CASE ${language:sqlstring} WHEN 'en' THEN 'DD Mon' ELSE 'DD.MM.' END) AS day,
       number_text((100 * day.coverage)::numeric, 0, ${language:sqlstring}) || ' %' AS coverage,
       CASE WHEN day.is_valid THEN 'valid' ELSE 'short' END AS valid,
       duration_text(greatest(0, extract(epoch FROM now() - day.last_at)::float8)) AS age
FROM civil_zone AS zone
CROSS JOIN LATERAL (
    SELECT rollup.bucket, max(rollup.coverage) AS coverage, bool_or(rollup.is_valid) AS is_valid, max(rollup.last_at) AS last_at
    FROM (SELECT array_agg(series.id) AS ids FROM series WHERE series.box = ANY(ARRAY[${box:sqlstring}]::text[])) AS known
    CROSS JOIN LATERAL reading_1d_between(known.ids, date_trunc('day', now(), zone.name) - INTERVAL '14 days', date_trunc('day', now(), zone.name))
        AS rollup
    GROUP BY rollup.bucket
) AS day
ORDER BY day.bucket DESC
