-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 id text[], $2 district smallint[], $3 number smallint[], $4 seen_at timestamptz[], $5 latitude float8[], $6 longitude float8[],
-- $7 located_at timestamptz[]: when the box said that it is there
-- An operator's position is kept; a box that was only seen is where it says it is. The table `place` keeps where it was before.
INSERT INTO box AS b (id, district, number, first_seen, last_seen, latitude, longitude, located_at)
SELECT id, district, number, seen_at, seen_at, latitude, longitude, located_at
FROM unnest($1::text::text[], $2::text::smallint[], $3::text::smallint[], $4::text::timestamptz[], $5::text::float8[], $6::text::float8[],
            $7::text::timestamptz[])
    AS t (id, district, number, seen_at, latitude, longitude, located_at)
ON CONFLICT (id) DO UPDATE SET
    district = coalesce(b.district, excluded.district),
    number = coalesce(b.number, excluded.number),
    first_seen = coalesce(b.first_seen, excluded.first_seen),  -- written once: what comes later may have waited for the hub's clock
    last_seen = greatest(b.last_seen, excluded.last_seen),
    withdrawn_at = CASE WHEN excluded.last_seen > b.withdrawn_at THEN NULL ELSE b.withdrawn_at END,  -- it sends again
    (latitude, longitude, located_at) = (
        SELECT CASE WHEN is_kept THEN b.latitude ELSE excluded.latitude END,
               CASE WHEN is_kept THEN b.longitude ELSE excluded.longitude END,
               CASE WHEN is_kept OR (b.latitude, b.longitude) IS NOT DISTINCT FROM (excluded.latitude, excluded.longitude)
                    THEN b.located_at ELSE excluded.located_at END
        FROM (SELECT excluded.latitude IS NULL OR (b.registered_at IS NOT NULL AND b.latitude IS NOT NULL) AS is_kept) AS known
    )
