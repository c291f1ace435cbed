-- A HistoricalLocation says since when a box stood at a place, also at its present one (18-088, 8.2.3).
SELECT CASE WHEN place.number > 1 THEN concat(place.box, '.', place.number) ELSE place.box END AS key,
       CASE WHEN place.number > 1 THEN concat(place.box, '.', place.number) ELSE place.box END AS location,
       place.box, place.since AS "time"
FROM public_place AS place JOIN public_box AS box ON box.id = place.box
WHERE place.latitude IS NOT NULL
