-- $1 series int[]
-- `box` is null for a series of a box that is not public.
SELECT series.id, box.id AS box, series.source, series.quantity, quantity.unit, box.district
FROM series
JOIN quantity ON quantity.name = series.quantity
LEFT JOIN public_box AS box ON box.id = series.box
WHERE series.id = ANY ($1::int[])
