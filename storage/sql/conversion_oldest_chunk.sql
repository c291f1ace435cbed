-- $1 since timestamptz or null: the begin of the oldest day of which something is not converted yet, on TimescaleDB.
SELECT min(greatest(range_start, $1::timestamptz)) FROM timescaledb_information.chunks
WHERE hypertable_schema = current_schema() AND hypertable_name = 'reading_before'
  AND range_end > coalesce($1::timestamptz, '-infinity')
