-- Columns instead of rows. What is the same in all rows of a series is said once for all of them: so the averaging and the decimals
-- cost nothing, and what sums readings up needs no other table.
ALTER TABLE stored_reading SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'series, decimals, averaging', timescaledb.compress_orderby = 'measured_at');
