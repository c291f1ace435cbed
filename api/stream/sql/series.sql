-- $1 series int[]
SELECT series.id, series.box, series.source, series.quantity, quantity.unit, box.district
FROM series
JOIN quantity ON quantity.name = series.quantity
JOIN box ON box.id = series.box
WHERE series.id = ANY ($1::int[])
