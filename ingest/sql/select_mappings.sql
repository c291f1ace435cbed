-- What operators said names of other makes mean.
SELECT format, box, name, quantity, unit, source FROM input_mapping
