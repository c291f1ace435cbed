-- $1 until timestamptz, $2 is_utc bool
UPDATE rollup_progress SET utc_days_until = CASE WHEN $2::boolean THEN $1::timestamptz ELSE utc_days_until END,
                           days_until = CASE WHEN $2 THEN days_until ELSE $1 END
