-- $1 box text, $2 language text
SELECT series.id, series.box, series.source, series.quantity, series.decimals, quantity.unit, quantity.averaging, quantity.is_about_box,
       CASE $2::text WHEN 'de' THEN quantity.label_de ELSE quantity.label_en END AS label,
       count(*) OVER (PARTITION BY series.quantity) > 1 AS is_one_of_several,
       latest.value, latest.flag, latest.measured_at, (SELECT name FROM civil_zone) AS civil_zone
FROM latest
JOIN series ON series.id = latest.series
JOIN quantity ON quantity.name = series.quantity
WHERE series.box = $1::text
ORDER BY series.quantity, series.source <> 'core', series.source
