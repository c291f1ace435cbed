-- How often the box measures, how much of the last 24 whole hours was heard, and what never arrived.
SELECT duration_text(box.rhythm_s::float8) AS rhythm,
       number_text((100 * heard.coverage)::numeric, 0, ${language:sqlstring}) || ' %' AS coverage,
       (SELECT sum(upper(hole) - lower(hole)) FROM progress CROSS JOIN LATERAL unnest(progress.missing) AS hole WHERE progress.box = box.id
       )::float8 AS missing,
       duration_text(greatest(0, extract(epoch FROM now() - box.heard_at)::float8)) AS age
FROM box_state AS box
CROSS JOIN LATERAL (
    SELECT coalesce(sum(hour.coverage) / 24, 0) AS coverage FROM (
        SELECT rollup.bucket, max(rollup.coverage) AS coverage
        FROM (SELECT array_agg(series.id) AS ids FROM series WHERE series.box = box.id) AS known
        CROSS JOIN LATERAL reading_1h_between(known.ids, date_trunc('hour', now()) - INTERVAL '24 hours', date_trunc('hour', now())) AS rollup
        GROUP BY rollup.bucket
    ) AS hour
) AS heard
WHERE box.id = ANY(ARRAY[${box:sqlstring}]::text[])
