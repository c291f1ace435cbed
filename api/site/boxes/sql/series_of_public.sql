-- $1 quantity text, $2 only these boxes text[], or null for all that are public, $3 limit int
SELECT series.id, series.box
FROM series JOIN public_box AS box ON box.id = series.box
WHERE series.quantity = $1::text AND box.retired_at IS NULL AND ($2::text[] IS NULL OR series.box = ANY ($2))
ORDER BY series.id
LIMIT $3
