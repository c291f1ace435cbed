-- Readings are chunks here; rollups are views, so of them there is what was folded.
CREATE OR REPLACE VIEW storage_state AS
SELECT 'reading'::text AS relation, chunk.chunks, chunk.compressed,
       hypertable_size('reading')::bigint AS bytes, NULL::timestamptz AS refreshed_at
FROM (SELECT count(*) AS chunks, count(*) FILTER (WHERE is_compressed) AS compressed
      FROM timescaledb_information.chunks WHERE hypertable_name = 'reading') AS chunk
UNION ALL SELECT 'reading_5m', 1, 0, pg_total_relation_size('folded_5m'), NULL
UNION ALL SELECT 'reading_1h', 1, 0, pg_total_relation_size('folded_1h'), NULL
UNION ALL SELECT 'reading_1d', 1, 0, pg_total_relation_size('folded_1d'), NULL;
