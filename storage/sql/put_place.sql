-- $1 box text, $2 since timestamptz, $3 latitude float8, $4 longitude float8
INSERT INTO place (box, number, since, latitude, longitude)
SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4 FROM place WHERE box = $1
ON CONFLICT (box, since) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude
