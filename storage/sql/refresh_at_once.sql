-- $1 rollup text, $2 since timestamptz, $3 until timestamptz. Not inside a transaction.
-- In one transaction: newer versions of TimescaleDB refresh in several, the newest buckets first, and hide the others meanwhile.
CALL refresh_continuous_aggregate($1::text::regclass, $2::timestamptz, $3::timestamptz, options => '{"buckets_per_batch": 0}')
