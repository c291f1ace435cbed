-- $1 rollup text, $2 how far back interval, $3 how far it stays behind interval, $4 how often interval, $5 buckets a transaction int
-- The oldest first: a rollup shows what is older than its newest refreshed bucket as it was refreshed, so a refresh that begins
-- with the newest hides the readings between until it reaches them. TimescaleDB 2.20 or newer.
SELECT add_continuous_aggregate_policy(
    $1::text::regclass, start_offset => $2::interval, end_offset => $3::interval, schedule_interval => $4::interval,
    buckets_per_batch => $5::int, refresh_newest_first => false)
