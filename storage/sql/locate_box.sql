-- $1 box text: it is where its newest place says
UPDATE box SET latitude = newest.latitude, longitude = newest.longitude, located_at = newest.since
FROM (SELECT since, latitude, longitude FROM place WHERE box = $1 ORDER BY since DESC LIMIT 1) AS newest
WHERE box.id = $1
