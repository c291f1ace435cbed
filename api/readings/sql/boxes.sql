-- $1 only these ids text[], or null for all that are not retired; $2 only these districts int[] or null, $3 after this id text or null, $4 limit int
-- Whether a box is online is decided by the order of arrival: a last will has no time of its own. A box that has measured since
-- then is there. A last will says nothing else either, so the rest comes from the newest status that the box wrote itself.
SELECT box.id, box.district, box.number, box.name, box.latitude, box.longitude, box.place_is_exact, box.is_moving,
       box.registered_at, box.retired_at, box.withdrawn_at, box.first_seen, box.last_seen,
       presence.online, presence.at, presence.received_at,
       own.received_at AS told_at, own.mode, own.mains, own.router_powered, own.uplink, own.battery_percent,
       own.clients, own.interval_s, own.outbox, own.boot, own.firmware
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
WHERE CASE WHEN $1::text[] IS NULL THEN box.retired_at IS NULL ELSE box.id = ANY ($1) END
  AND ($2::int[] IS NULL OR box.district = ANY ($2))
  AND ($3::text IS NULL OR box.id > $3)
ORDER BY box.id
LIMIT $4
