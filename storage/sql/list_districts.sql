-- $1 only this district, whether there is anything of it or not; NULL for all
SELECT known.id, district.name, count(box.id) AS boxes
FROM (
    SELECT id FROM district WHERE $1::smallint IS NULL
    UNION SELECT district FROM box WHERE $1 IS NULL AND district IS NOT NULL AND retired_at IS NULL
    UNION SELECT $1 WHERE $1 IS NOT NULL
) AS known (id)
LEFT JOIN district ON district.id = known.id
LEFT JOIN box ON box.district = known.id AND box.retired_at IS NULL
GROUP BY known.id, district.name
ORDER BY known.id
