-- $1 rollup text, $2 start_offset interval (how far back), $3 end_offset interval (how far it stays behind now),
-- $4 schedule_interval interval (how often), $5 buckets_per_batch int (of one transaction)
SELECT add_continuous_aggregate_policy(
    $1::text::regclass, start_offset => $2::interval, end_offset => $3::interval, schedule_interval => $4::interval,
    buckets_per_batch => $5::int)
