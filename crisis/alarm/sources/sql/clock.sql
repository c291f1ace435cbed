-- By how many seconds a box's clock is off, either way; of boxes that were heard of in the last day and are not retired.
SELECT box.id AS box, abs(clock.clock_skew_s)::float8 AS seconds
FROM box
CROSS JOIN LATERAL (
    SELECT progress.clock_skew_s FROM progress
    WHERE progress.box = box.id AND progress.last_received_at > now() - INTERVAL '1 day'
    ORDER BY progress.last_received_at DESC LIMIT 1
) AS clock
WHERE clock.clock_skew_s IS NOT NULL AND box.retired_at IS NULL
