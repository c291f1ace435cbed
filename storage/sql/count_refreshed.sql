-- $1 since timestamptz, $2 until timestamptz: of how many readings of that time the continuous aggregate was made
SELECT coalesce(sum(count), 0)::bigint FROM rolled_5m WHERE bucket >= $1::timestamptz AND bucket < $2::timestamptz
