    -- $1 since timestamptz, $2 until timestamptz: the range of a chunk that is dropped in the same transaction
    SELECT series, measured_at, averaging, reading_value(value, decimals, fine) AS value
    FROM stored_reading WHERE measured_at >= $1::timestamptz AND measured_at < $2::timestamptz
