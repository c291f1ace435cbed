-- $1 boxes text[], or null for all that are not retired; $2 quantities text[] or null, $3 sources text[] or null, $4 districts int[] or null,
-- $5 $6 $7 after this box, source, quantity text or null, $8 limit int
SELECT series.box, series.source, series.quantity, quantity.unit,
       latest.value, latest.flag, latest.measured_at, latest.received_at,
       box.latitude, box.longitude
FROM latest
JOIN series ON series.id = latest.series
JOIN quantity ON quantity.name = series.quantity
JOIN public_box AS box ON box.id = series.box
WHERE CASE WHEN $1::text[] IS NULL THEN box.retired_at IS NULL ELSE series.box = ANY ($1) END
  AND ($2::text[] IS NULL OR series.quantity = ANY ($2))
  AND ($3::text[] IS NULL OR series.source = ANY ($3))
  AND ($4::int[] IS NULL OR box.district = ANY ($4))
  AND ($5::text IS NULL OR (series.box, series.source, series.quantity) > ($5, $6::text, $7::text))
ORDER BY series.box, series.source, series.quantity
LIMIT $8
