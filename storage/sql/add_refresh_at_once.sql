-- $1 rollup text, $2 how far back interval, $3 how far it stays behind interval, $4 how often interval
-- For TimescaleDB before 2.20, which knows one order only, the newest first: so all of it in one transaction (add_refresh.sql).
SELECT add_continuous_aggregate_policy(
    $1::text::regclass, start_offset => $2::interval, end_offset => $3::interval, schedule_interval => $4::interval,
    buckets_per_batch => 0)
