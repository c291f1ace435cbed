-- What operators call districts and the boxes in service.
SELECT 'district-' || lpad(to_hex(id::integer), 2, '0') AS area, name FROM district
UNION ALL
SELECT id, name FROM box WHERE name IS NOT NULL AND name <> '' AND retired_at IS NULL
