-- The place below takes fold_rows.sql or fold_chunk.sql, whose parameters are then those of this statement: the readings that go.
-- Adds them to the folded five minutes, which outlive them, and counts them; returns how many they were. Their hours are made.
WITH gone AS MATERIALIZED (
{gone}
), in_5m AS (
    INSERT INTO folded_5m AS f (series, bucket, total, sine, min, max, count, last, last_at)
    SELECT series, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00'), sum(mean_share(value, averaging)),
           sum(CASE averaging WHEN 3 THEN sind(value) END), min(value), max(value), count(*),
           (array_agg(value ORDER BY measured_at DESC))[1], max(measured_at)
    FROM gone GROUP BY 1, 2
    ON CONFLICT (series, bucket) DO UPDATE SET
        total = f.total + CASE WHEN f.is_by_message THEN excluded.count * coalesce(mean_of(
            (SELECT averaging FROM series WHERE series.id = excluded.series), share_mean(excluded.total, excluded.count), share_mean(excluded.sine, excluded.count)), 0)
            ELSE excluded.total END,
        sine = f.sine + excluded.sine, min = least(f.min, excluded.min), max = greatest(f.max, excluded.max),
        count = f.count + excluded.count, last = CASE WHEN excluded.last_at > f.last_at THEN excluded.last ELSE f.last END,
        last_at = greatest(f.last_at, excluded.last_at)
), counted AS (
    INSERT INTO removed AS r (relation, rows, last_at)
    SELECT 'reading', count(*), clock_timestamp() FROM gone HAVING count(*) > 0
    ON CONFLICT (relation, reason) DO UPDATE SET rows = r.rows + excluded.rows, last_at = excluded.last_at
)
SELECT count(*) FROM gone
