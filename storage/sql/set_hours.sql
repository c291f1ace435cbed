-- $1 until timestamptz
UPDATE rollup_progress SET hours_until = $1::timestamptz
