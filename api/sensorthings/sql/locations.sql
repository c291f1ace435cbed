-- A Location is a place of a box: none for a box whose place nobody knows. `box` is the box that stands there now, as Things are
-- linked with their last known Location only (18-088, 8.2.2). Places of retired boxes are not listed.
SELECT CASE WHEN place.number > 1 THEN concat(box.id, '.', place.number) ELSE box.id END AS key,
       CASE WHEN place.number > 1 THEN concat(box.id, '.', place.number) ELSE box.id END AS location,
       CASE WHEN later.box IS NULL THEN box.id END AS box, coalesce(box.name, box.id) AS name,
       CASE WHEN later.box IS NULL THEN 'Where the box stands' ELSE 'Where the box stood' END AS description,
       place.longitude, place.latitude, box.retired_at IS NULL AS is_listed
FROM public_place AS place
JOIN public_box AS box ON box.id = place.box
LEFT JOIN LATERAL (
    SELECT other.box FROM public_place AS other WHERE other.box = place.box AND other.since > place.since LIMIT 1
) AS later ON true
WHERE place.latitude IS NOT NULL
