-- A FeatureOfInterest is a place of a box, for as long as the box stood there; the earliest place also counts for everything before
-- it. Every Observation has one, so a box whose place nobody knows has one without geometry. Its key is that of its Location.
SELECT CASE WHEN place.number > 1 THEN concat(box.id, '.', place.number) ELSE box.id END AS key,
       CASE WHEN place.number > 1 THEN concat(box.id, '.', place.number) ELSE box.id END AS location,
       box.id AS box, coalesce(box.name, box.id) AS name, 'Surroundings of the box' AS description,
       place.longitude, place.latitude,
       CASE WHEN EXISTS (SELECT FROM public_place AS earlier WHERE earlier.box = place.box AND earlier.since < place.since)
            THEN place.since ELSE '-infinity'::timestamptz END AS since,
       coalesce((SELECT min(later.since) FROM public_place AS later WHERE later.box = place.box AND later.since > place.since),
                'infinity'::timestamptz) AS until
FROM public_box AS box
LEFT JOIN public_place AS place ON place.box = box.id
