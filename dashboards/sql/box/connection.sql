-- How the box is connected, and whether its clock is right.
SELECT coalesce(box.uplink, 'unknown') AS uplink,
       CASE WHEN clock.clock_skew_s < 0 THEN '−' ELSE '+' END || number_text(abs(clock.clock_skew_s)::numeric, 1, ${language:sqlstring}) || ' s' AS clock,
       duration_text(greatest(0, extract(epoch FROM now() - box.heard_at)::float8)) AS age
FROM box_state AS box
LEFT JOIN LATERAL (
    SELECT progress.clock_skew_s FROM progress WHERE progress.box = box.id ORDER BY progress.last_received_at DESC LIMIT 1
) AS clock ON true
WHERE box.id = ANY(ARRAY[${box:sqlstring}]::text[])
