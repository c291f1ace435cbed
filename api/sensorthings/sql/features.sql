-- A FeatureOfInterest is the place of a box: every Observation has one, so a box without a position has one without geometry.
SELECT box.id AS key, box.id AS box, coalesce(box.name, box.id) AS name, 'Surroundings of the box' AS description,
       box.longitude, box.latitude
FROM box
