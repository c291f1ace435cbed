-- A Thing is a box, registered or only seen. A retired one is not listed, and found by its own address and from its Datastreams.
SELECT box.id AS key, box.id AS box, coalesce(box.name, box.id) AS name,
       CASE WHEN box.retired_at IS NOT NULL THEN 'Neighbourhood box, retired'
            WHEN box.registered_at IS NULL THEN 'Neighbourhood box, seen but not registered' ELSE 'Neighbourhood box' END AS description,
       lpad(to_hex(box.district::int), 2, '0') AS district, lpad(to_hex(box.number::int), 2, '0') AS number,
       box.registered_at IS NOT NULL AS registered, box.first_seen, box.last_seen,
       box.retired_at IS NULL AS is_listed
FROM public_box AS box
