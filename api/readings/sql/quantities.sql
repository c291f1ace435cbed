-- No parameters.
SELECT name, unit, low, high, standard_name, label_de, label_en FROM quantity ORDER BY name
