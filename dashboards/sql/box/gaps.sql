-- Its starts, the newest first: how many messages are missing, and what its clock was ahead.
SELECT progress.boot, progress.highest_seq AS messages,
       coalesce((SELECT sum(upper(hole) - lower(hole)) FROM unnest(progress.missing) AS hole), 0)::float8 AS missing,
       coalesce(progress.clock, '') AS clock, round(progress.clock_skew_s::numeric, 1)::float8 AS clock_skew_s,
       extract(epoch FROM now() - progress.last_received_at)::float8 AS age_s
FROM progress
WHERE progress.box = ${box:sqlstring}
ORDER BY progress.last_received_at DESC
LIMIT 50
