-- An ObservedProperty is a quantity of the catalogue; its definition is the CF standard name where there is one.
-- `is_listed`: something observes it. The others are found by their own address only.
SELECT quantity.name AS key, quantity.name AS quantity, quantity.label_en AS name, quantity.label_de, quantity.unit,
       quantity.low, quantity.high, quantity.averaging, quantity.decimals, concat(quantity.label_en, ' in ', quantity.unit) AS description,
       coalesce('http://vocab.nerc.ac.uk/standard_name/' || quantity.standard_name || '/', 'urn:kiezbox:quantity:' || quantity.name) AS definition,
       EXISTS (SELECT FROM series JOIN public_box AS box ON box.id = series.box WHERE series.quantity = quantity.name) AS is_listed
FROM quantity
