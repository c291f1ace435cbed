-- $1 id uuid, $2 names uuid[], $3 grade text, $4 since timestamptz, $5 until timestamptz, $6 told_at timestamptz, $7 boxes_out text[],
-- $8 boxes_heard int, $9 area_km2 float8, $10 ortsteile text[], $11 streets text[], $12 cells jsonb (as text), $13 large text[].
-- When it is over, how sure it was stays. What it was at its largest is taken over from rows that it follows.
INSERT INTO outage AS o (id, names, grade, since, until, told_at, boxes_out, boxes_heard, area_km2, ortsteile, streets, cells, large,
                         boxes_most, streets_most)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13,
       greatest(cardinality($7::text[]), max(before.boxes_most)), greatest(cardinality($11::text[]), max(before.streets_most))
FROM outage AS before
WHERE before.names && $2
ON CONFLICT (id) DO UPDATE
SET (names, grade, since, until, told_at, boxes_out, boxes_heard, area_km2, ortsteile, streets, cells, large, boxes_most, streets_most,
     followed_by, written_at)
    = (excluded.names, CASE WHEN excluded.until IS NULL THEN excluded.grade ELSE o.grade END, excluded.since, excluded.until,
       excluded.told_at, excluded.boxes_out, excluded.boxes_heard, excluded.area_km2, excluded.ortsteile, excluded.streets,
       excluded.cells, excluded.large, excluded.boxes_most, excluded.streets_most, NULL, now())
