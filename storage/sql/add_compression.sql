-- $1 relation text, $2 compress_after interval
SELECT add_compression_policy($1::text::regclass, compress_after => $2::interval)
