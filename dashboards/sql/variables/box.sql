-- Boxes of the districts that were chosen, but for retired ones.
SELECT box.id AS __value, coalesce(box.id || ' · ' || box.name, box.id) AS __text
FROM box
WHERE box.retired_at IS NULL
  AND ('*' IN (${district:sqlstring}) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}))
ORDER BY 1
