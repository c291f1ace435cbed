-- A Thing is a box, registered or only seen.
SELECT box.id AS key, box.id AS box, coalesce(box.name, box.id) AS name,
       CASE WHEN box.registered_at IS NULL THEN 'Neighbourhood box, seen but not registered' ELSE 'Neighbourhood box' END AS description,
       lpad(to_hex(box.district::int), 2, '0') AS district, lpad(to_hex(box.number::int), 2, '0') AS number,
       box.registered_at IS NOT NULL AS registered, box.first_seen, box.last_seen
FROM box
