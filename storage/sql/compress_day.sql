-- $1 since timestamptz, $2 until timestamptz: the chunk of that day becomes columns, if it is not
SELECT compress_chunk(chunk, true) FROM show_chunks('stored_reading', newer_than => $1::timestamptz, older_than => $2::timestamptz) AS chunk
