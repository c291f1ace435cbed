-- $1 since timestamptz, $2 until timestamptz: the range of the chunk
SELECT drop_chunks('stored_reading', older_than => $2::timestamptz, newer_than => $1::timestamptz)
