-- $1 boxes text[]: those of boxes.sql, $2 quantities text[]
-- The newest value of each of their series.
SELECT series.id AS series, series.box, series.quantity, latest.value, latest.measured_at, latest.flag
FROM series
JOIN latest ON latest.series = series.id
WHERE series.box = ANY ($1::text[]) AND series.quantity = ANY ($2::text[])
