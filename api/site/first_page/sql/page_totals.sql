-- $1 only these districts int[] or null
SELECT count(*) AS boxes,
       count(*) FILTER (WHERE (
           SELECT status.online OR measured_since(status.box, status.received_at) FROM status
           WHERE status.box = box.id ORDER BY status.received_at DESC, status.at DESC LIMIT 1
       )) AS online
FROM public_box AS box
WHERE box.retired_at IS NULL AND ($1::int[] IS NULL OR box.district = ANY ($1))
