-- How the server keeps readings and rollups: its tier in words, chunks where it has them, the size on disk.
SELECT state.relation, '[' || CASE WHEN kept.extension IS NULL THEN 'plain' WHEN kept.licence = 'timescale' THEN 'community' ELSE 'apache' END || ']'
           || CASE WHEN state.chunks > 1 OR state.compressed > 0 THEN ', ' || state.chunks || CASE ${language:sqlstring} WHEN 'en' THEN ' chunks, '
                   ELSE ' Abschnitte, ' END || state.compressed || CASE ${language:sqlstring} WHEN 'en' THEN ' compressed' ELSE ' verdichtet' END
                   ELSE '' END AS tier,
       number_text((state.bytes / 1048576.0)::numeric, 1, ${language:sqlstring}) || ' MiB' AS size,
       duration_text(greatest(0, extract(epoch FROM now() - state.refreshed_at)::float8)) AS age
FROM storage_state AS state
CROSS JOIN (
    SELECT (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS extension,
           current_setting('timescaledb.license', true) AS licence
) AS kept
ORDER BY array_position(ARRAY['reading', 'reading_5m', 'reading_1h', 'reading_1d'], state.relation)
