-- The battery against the goal: from the moment the mains went, a full one lasts five days (120 hours).
SELECT run.received_at AS time, run.battery_percent AS battery,
       CASE WHEN run.mains IS FALSE THEN greatest(0, first_value(run.battery_percent) OVER grouped
           - extract(epoch FROM run.received_at - first_value(run.received_at) OVER grouped)::float8 / 3600 / 1.2) END AS goal
FROM (
    SELECT received_at, battery_percent, mains, count(*) FILTER (WHERE is_turn) OVER (ORDER BY received_at, at) AS run
    FROM (
        SELECT received_at, at, battery_percent, mains,
               mains IS DISTINCT FROM lag(mains) OVER (ORDER BY received_at, at) AS is_turn
        FROM status
        WHERE box = ANY(ARRAY[${box:sqlstring}]::text[]) AND battery_percent IS NOT NULL AND $__timeFilter(received_at)
    ) AS reported
) AS run
WINDOW grouped AS (PARTITION BY run.run ORDER BY run.received_at)
ORDER BY run.received_at
