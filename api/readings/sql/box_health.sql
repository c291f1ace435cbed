-- $1 only these ids text[], or null for all that are not retired; $2 only these districts int[] or null, $3 after this id text or null, $4 limit int,
-- $5 newest readings of a box that tell its rhythm int, $6 newest starts of a box in which missing messages are counted int
-- The work for each box is bounded: its newest status, one series, $5 readings of it, $6 starts.
SELECT box.id, box.name, box.district, box.last_seen, box.retired_at, box.withdrawn_at,
       presence.online, presence.at, presence.received_at,
       own.received_at AS told_at, own.mode, own.mains, own.router_powered, own.uplink, own.battery_percent,
       own.clients, own.interval_s, own.outbox, own.boot, own.firmware,
       rhythm.measured_s, rhythm.readings, rhythm.message_s,
       clock.clock, clock.clock_skew_s, clock.last_received_at AS clock_at, missing.missed,
       battery.value AS battery_voltage, battery.measured_at AS battery_at
FROM public_box AS box
LEFT JOIN LATERAL (
    SELECT status.online OR measured_since(status.box, status.received_at) AS online, at, received_at
    FROM status WHERE status.box = box.id
    ORDER BY status.received_at DESC, status.at DESC LIMIT 1
) AS presence ON true
LEFT JOIN LATERAL (
    SELECT * FROM status
    WHERE status.box = box.id AND (status.online OR status.boot IS NOT NULL OR status.mode <> 'unknown')
    ORDER BY status.received_at DESC, status.at DESC LIMIT 1
) AS own ON true
LEFT JOIN LATERAL (  -- a box measures everything at the same times, so one series tells its rhythm
    SELECT latest.series, latest.measured_at
    FROM series JOIN latest ON latest.series = series.id
    WHERE series.box = box.id
    ORDER BY series.source = 'core' DESC, latest.measured_at DESC, latest.series LIMIT 1
) AS rhythm_series ON true
LEFT JOIN LATERAL (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY gap.measured_s) AS measured_s, count(*) AS readings,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY gap.received_s) FILTER (WHERE gap.received_s > 1.5) AS message_s
    FROM (
        SELECT extract(epoch FROM measured_at - lag(measured_at) OVER (ORDER BY measured_at))::float8 AS measured_s,
               extract(epoch FROM received_at - lag(received_at) OVER (ORDER BY received_at))::float8 AS received_s
        FROM (
            SELECT reading.measured_at, reading.measured_at + reading.delay_s * INTERVAL '1 second' AS received_at
            FROM reading
            WHERE reading.series = rhythm_series.series
            ORDER BY reading.measured_at DESC LIMIT $5
        ) AS newest
        -- Not in the inner query: there TimescaleDB would plan over every chunk again for each box.
        WHERE newest.measured_at > rhythm_series.measured_at - INTERVAL '2 days'
    ) AS gap
) AS rhythm ON true
LEFT JOIN LATERAL (
    SELECT progress.clock, progress.clock_skew_s, progress.last_received_at FROM progress
    WHERE progress.box = box.id ORDER BY progress.last_received_at DESC LIMIT 1
) AS clock ON true
LEFT JOIN LATERAL (
    SELECT sum(upper(hole) - lower(hole))::bigint AS missed
    FROM (
        SELECT progress.missing FROM progress WHERE progress.box = box.id ORDER BY progress.last_received_at DESC LIMIT $6
    ) AS start, unnest(start.missing) AS hole
) AS missing ON true
LEFT JOIN LATERAL (
    SELECT latest.value, latest.measured_at
    FROM series JOIN latest ON latest.series = series.id
    WHERE series.box = box.id AND series.source = 'core' AND series.quantity = 'battery_voltage'
) AS battery ON true
WHERE CASE WHEN $1::text[] IS NULL THEN box.retired_at IS NULL ELSE box.id = ANY ($1) END
  AND ($2::int[] IS NULL OR box.district = ANY ($2))
  AND ($3::text IS NULL OR box.id > $3)
ORDER BY box.id
LIMIT $4
