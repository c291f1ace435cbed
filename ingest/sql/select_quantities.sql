-- The catalogue of quantities.
SELECT name, unit, low, high, standard_name, label_de, label_en, bad, suspect, averaging, decimals, is_about_box FROM quantity
