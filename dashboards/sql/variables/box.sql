-- Boxes of the districts that were chosen, but for retired ones.
SELECT box.id AS __value, coalesce(box.id || ' · ' || box.name, box.id) AS __text
FROM box
WHERE box.retired_at IS NULL
  AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
ORDER BY 1
