-- $1 box text
-- What the box says of itself is from its newest status that it wrote itself: a last will says nothing but that it is gone.
SELECT box.id, box.name, box.district, box.latitude, box.longitude, box.place_is_exact, box.is_moving,
       box.registered_at, box.retired_at, box.first_seen, box.last_seen,
       presence.online, own.received_at AS told_at, own.mode, own.mains, own.uplink, own.battery_percent, own.interval_s, own.outbox, own.firmware,
       clock.clock, clock.clock_skew_s, (SELECT name FROM civil_zone) AS civil_zone
FROM public_box AS box
LEFT JOIN LATERAL (
    SELECT status.online OR measured_since(status.box, status.received_at) AS online
    FROM status WHERE status.box = box.id
    ORDER BY status.received_at DESC, status.at DESC LIMIT 1
) AS presence ON true
LEFT JOIN LATERAL (
    SELECT * FROM status
    WHERE status.box = box.id AND (status.online OR status.boot IS NOT NULL OR status.mode <> 'unknown')
    ORDER BY status.received_at DESC, status.at DESC LIMIT 1
) AS own ON true
LEFT JOIN LATERAL (
    SELECT progress.clock, progress.clock_skew_s FROM progress
    WHERE progress.box = box.id ORDER BY progress.last_received_at DESC LIMIT 1
) AS clock ON true
WHERE box.id = $1::text
