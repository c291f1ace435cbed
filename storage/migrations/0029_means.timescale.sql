-- The same view in TimescaleDB's words: it sees through time_bucket(), so a condition on `bucket` excludes chunks and reaches the
-- index of the readings. (`count` is of two types on purpose: so each part is planned as a query of its own, in which it does.)
CREATE OR REPLACE VIEW five_minutes AS
SELECT series, max(averaging) AS averaging, bucket, mean_of(max(averaging), share_mean(sum(total), sum(count)), share_mean(sum(sine), sum(count))) AS avg,
       min(min) AS min, max(max) AS max, sum(count)::bigint AS count, last(last, last_at) AS last, max(last_at) AS last_at,
       bool_or(is_by_message) AS is_by_message
FROM (
    SELECT series, averaging, time_bucket('5 minutes', measured_at) AS bucket, mean_share(reading_value(value, decimals, fine), averaging) AS total,
           CASE averaging WHEN 3 THEN sind(reading_value(value, decimals, fine)) END AS sine,
           reading_value(value, decimals, fine) AS min, reading_value(value, decimals, fine) AS max, 1::float8 AS count,
           reading_value(value, decimals, fine) AS last, measured_at AS last_at, false AS is_by_message
    FROM stored_reading
    UNION ALL
    SELECT series, averaging, time_bucket('5 minutes', measured_at), mean_share(value, averaging), CASE averaging WHEN 3 THEN sind(value) END, value, value, 1::float8, value,
           measured_at, false
    FROM unconverted_reading
    UNION ALL
    SELECT series, averaging, bucket, total, sine, min, max, count, last, last_at, is_by_message FROM folded_share
) AS part
GROUP BY series, bucket;

-- As in 0018_upkeep.timescale.sql, with the tables that there are now, and readings in both forms as long as there are two.
CREATE OR REPLACE FUNCTION kept_storage() RETURNS TABLE (relation text, chunks bigint, compressed bigint, bytes bigint, refreshed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
SELECT 'reading', chunk.chunks, chunk.compressed, size.bytes, NULL::timestamptz
FROM (SELECT count(*) AS chunks, count(*) FILTER (WHERE is_compressed) AS compressed
      FROM timescaledb_information.chunks
      WHERE hypertable_schema = current_schema() AND hypertable_name IN ('stored_reading', 'reading_before')) AS chunk,
     (SELECT sum(hypertable_size(format('%I.%I', hypertable_schema, hypertable_name)::regclass))::bigint AS bytes
      FROM timescaledb_information.hypertables
      WHERE hypertable_schema = current_schema() AND hypertable_name IN ('stored_reading', 'reading_before')) AS size
UNION ALL SELECT 'reading_5m', 1, 0, pg_total_relation_size('folded_5m'), NULL
UNION ALL SELECT 'reading_1h', 1, 0, pg_total_relation_size('rolled_1h'), NULL
UNION ALL SELECT 'reading_1d', 1, 0, pg_total_relation_size('rolled_1d'), NULL
$$;
COMMENT ON FUNCTION kept_storage IS 'What storage_state shows; no view may depend on the views of TimescaleDB, or it cannot be updated';
CREATE OR REPLACE VIEW storage_state AS
SELECT relation, chunks, compressed, bytes, refreshed_at FROM kept_storage();
