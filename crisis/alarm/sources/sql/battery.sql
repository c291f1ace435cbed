-- Hours that the battery lasts, of boxes without mains.
SELECT box.id AS box, coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') AS district, box.hours_left::float8 AS hours
FROM box_state AS box
WHERE box.hours_left IS NOT NULL AND box.heard_at > now() - INTERVAL '30 days'
