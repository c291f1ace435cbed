-- $1 since timestamptz, $2 until timestamptz: how many readings of that time each rollup was made of
SELECT ARRAY[
    (SELECT coalesce(sum(count), 0)::bigint FROM rolled_5m WHERE bucket >= $1::timestamptz AND bucket < $2::timestamptz),
    (SELECT coalesce(sum(count), 0)::bigint FROM rolled_1h WHERE bucket >= $1 AND bucket < $2),
    (SELECT coalesce(sum(count), 0)::bigint FROM rolled_1d WHERE bucket >= $1 AND bucket < $2)
]
