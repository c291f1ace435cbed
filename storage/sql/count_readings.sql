-- $1 since timestamptz, $2 until timestamptz (exclusive): the range of a chunk
SELECT count(*) FROM stored_reading WHERE measured_at >= $1::timestamptz AND measured_at < $2::timestamptz
