-- What operators call districts, by the ids of areas: district-71.
SELECT 'district-' || lpad(to_hex(id::integer), 2, '0') AS area, name FROM district
