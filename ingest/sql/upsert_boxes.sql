-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 id text[], $2 district smallint[], $3 number smallint[], $4 seen_at timestamptz[], $5 latitude float8[], $6 longitude float8[]
-- An operator's position is kept; a box that was only seen is where it says it is.
INSERT INTO box AS b (id, district, number, first_seen, last_seen, latitude, longitude)
SELECT id, district, number, seen_at, seen_at, latitude, longitude
FROM unnest($1::text::text[], $2::text::smallint[], $3::text::smallint[], $4::text::timestamptz[], $5::text::float8[], $6::text::float8[])
    AS t (id, district, number, seen_at, latitude, longitude)
ON CONFLICT (id) DO UPDATE SET
    district = coalesce(b.district, excluded.district),
    number = coalesce(b.number, excluded.number),
    first_seen = least(b.first_seen, excluded.first_seen),
    last_seen = greatest(b.last_seen, excluded.last_seen),
    latitude = CASE WHEN excluded.latitude IS NULL OR (b.registered_at IS NOT NULL AND b.latitude IS NOT NULL)
                    THEN b.latitude ELSE excluded.latitude END,
    longitude = CASE WHEN excluded.latitude IS NULL OR (b.registered_at IS NOT NULL AND b.latitude IS NOT NULL)
                     THEN b.longitude ELSE excluded.longitude END
