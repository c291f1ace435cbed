-- The box now.
SELECT box.state, box.battery_percent, round(box.hours_left::numeric, 1)::float8 AS hours_left,
       coalesce(box.uplink, '') AS uplink, round(clock.clock_skew_s::numeric, 1)::float8 AS clock_skew_s, box.rhythm_s,
       extract(epoch FROM now() - box.heard_at)::float8 AS age_s
FROM box_state AS box
LEFT JOIN LATERAL (
    SELECT progress.clock_skew_s FROM progress WHERE progress.box = box.id ORDER BY progress.last_received_at DESC LIMIT 1
) AS clock ON true
WHERE box.id = ${box:sqlstring}
