-- Districts by the number with which their boxes' ids begin: 71 of 71-01, which links name as well; in words as everywhere. `-` are boxes with
-- ids of their own.
SELECT known.number AS __value, known.name AS __text
FROM (
    SELECT DISTINCT coalesce(lpad(to_hex(district::int), 2, '0'), '-') AS number, district_text(district::int, ${language:sqlstring}) AS name
    FROM box
    WHERE retired_at IS NULL
) AS known
ORDER BY known.name, known.number
