-- $1 until timestamptz: the oldest chunk of `stored_reading` that ends by then
SELECT range_start, range_end
FROM timescaledb_information.chunks
WHERE hypertable_schema = current_schema() AND hypertable_name = 'stored_reading' AND range_end <= $1::timestamptz
ORDER BY range_start
LIMIT 1
