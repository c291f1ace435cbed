    -- $1 since timestamptz, $2 until timestamptz: the range of a chunk that is dropped in the same transaction
    SELECT series, measured_at, value FROM reading WHERE measured_at >= $1::timestamptz AND measured_at < $2::timestamptz
