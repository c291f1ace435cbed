-- $1 boxes text[] or null, $2 quantities text[] or null, $3 sources text[] or null, $4 districts int[] or null, $5 limit int
-- `civil_zone` is the same in all rows: the time zone of which reading_1d has the days.
SELECT series.id, series.box, series.source, series.quantity, quantity.unit, quantity.averaging,
       (SELECT name FROM civil_zone) AS civil_zone
FROM series
JOIN quantity ON quantity.name = series.quantity
JOIN public_box AS box ON box.id = series.box
WHERE ($1::text[] IS NULL OR series.box = ANY ($1))
  AND ($2::text[] IS NULL OR series.quantity = ANY ($2))
  AND ($3::text[] IS NULL OR series.source = ANY ($3))
  AND ($4::int[] IS NULL OR box.district = ANY ($4))
ORDER BY series.box, series.source, series.quantity
LIMIT $5
