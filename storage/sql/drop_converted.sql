-- $1 until timestamptz: what is converted until then goes
SELECT drop_chunks('reading_before', older_than => $1::timestamptz)
