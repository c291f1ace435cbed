-- Districts as their boxes are numbered: 71 is the first half of 71-01; `-` are boxes with names of their own.
SELECT DISTINCT coalesce(lpad(to_hex(district::int), 2, '0'), '-') AS __value,
       coalesce(lpad(to_hex(district::int), 2, '0'), '-') AS __text
FROM box
WHERE retired_at IS NULL
ORDER BY 1
