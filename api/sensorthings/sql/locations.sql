-- A Location is where a box stands: none for a box of which nobody knows.
SELECT box.id AS key, box.id AS box, coalesce(box.name, box.id) AS name, 'Where the box stands' AS description,
       box.longitude, box.latitude
FROM box
WHERE box.longitude IS NOT NULL AND box.latitude IS NOT NULL
