-- $1 id text, $2 latitude float8, $3 longitude float8
-- The trigger box_moved writes the place down (0017_place.sql).
UPDATE box SET latitude = $2, longitude = $3, located_at = now() WHERE id = $1
