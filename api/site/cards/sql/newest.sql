-- $1 boxes text[] that are public, $2 language text
SELECT series.box, series.source, series.quantity, quantity.unit, quantity.is_about_box,
       CASE $2::text WHEN 'de' THEN quantity.label_de ELSE quantity.label_en END AS label,
       latest.value, latest.flag, latest.measured_at, latest.received_at
FROM latest
JOIN series ON series.id = latest.series
JOIN quantity ON quantity.name = series.quantity
WHERE series.box = ANY ($1::text[])
