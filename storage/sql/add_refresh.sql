-- $1 rollup text, $2 start_offset interval (how far back), $3 end_offset interval (how far it stays behind now),
-- $4 schedule_interval interval (how often), $5 buckets_per_batch int (of one transaction)
-- The oldest first: a rollup shows what is older than its newest refreshed bucket as it was refreshed, so a refresh that begins
-- with the newest hides the readings between until it reaches them. TimescaleDB 2.20 or newer.
SELECT add_continuous_aggregate_policy(
    $1::text::regclass, start_offset => $2::interval, end_offset => $3::interval, schedule_interval => $4::interval,
    buckets_per_batch => $5::int, refresh_newest_first => false)
