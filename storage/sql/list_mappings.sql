SELECT format, box, name, quantity, unit, source, created_at, created_by FROM input_mapping ORDER BY format, box, name
