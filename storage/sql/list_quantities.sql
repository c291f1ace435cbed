-- No parameters.
SELECT quantity.name, quantity.unit, quantity.low, quantity.high, quantity.standard_name, quantity.label_de, quantity.label_en,
       quantity.bad, quantity.suspect, quantity.averaging, quantity.decimals, quantity.is_about_box,
       (SELECT count(*) FROM series WHERE series.quantity = quantity.name) AS series
FROM quantity
ORDER BY quantity.name
