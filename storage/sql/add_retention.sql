-- $1 relation text, $2 drop_after interval
SELECT add_retention_policy($1::text::regclass, drop_after => $2::interval)
