-- The server's tier, and how it keeps readings and rollups.
SELECT CASE WHEN kept.extension IS NULL THEN 'plain' WHEN kept.licence = 'timescale' THEN 'community' ELSE 'apache' END AS tier,
       state.relation, state.chunks, state.compressed, state.bytes::float8 AS bytes,
       extract(epoch FROM now() - state.refreshed_at)::float8 AS age_s
FROM storage_state AS state
CROSS JOIN (
    SELECT (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS extension,
           current_setting('timescaledb.license', true) AS licence
) AS kept
ORDER BY array_position(ARRAY['reading', 'reading_5m', 'reading_1h', 'reading_1d'], state.relation)
