-- Quantities that some box measures, by their name in the reader's language and with their unit, for titles.
SELECT quantity.name AS __value, CASE ${language:sqlstring} WHEN 'en' THEN quantity.label_en ELSE quantity.label_de END
           || CASE quantity.unit WHEN '1' THEN '' ELSE ' (' || unit_sign(quantity.unit) || ')' END AS __text
FROM quantity
WHERE EXISTS (SELECT FROM series WHERE series.quantity = quantity.name)
ORDER BY quantity.name <> 'pm2_5', 2
