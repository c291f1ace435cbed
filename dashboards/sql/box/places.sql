-- Where the box has stood, the newest place first.
SELECT number_text(place.latitude::numeric, 5, 'en') || ', ' || number_text(place.longitude::numeric, 5, 'en') AS place,
       moment_text(place.since, ${language:sqlstring}) AS since,
       duration_text(greatest(0, extract(epoch FROM now() - place.since)::float8)) AS age
FROM place
WHERE place.box = ANY(ARRAY[${box:sqlstring}]::text[])
ORDER BY place.since DESC
LIMIT 20
