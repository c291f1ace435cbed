-- Its parameters are arrays as text (ingest/arrays.py), sorted by key so that two workers lock rows in the same order.
-- $1 format text[], $2 box text[], $3 source text[], $4 name text[], $5 unit text[], $6 value float8[], $7 count bigint[],
-- $8 first_at timestamptz[], $9 last_at timestamptz[], $10 names of a box at most, $11 names of all boxes at most
-- A sender that makes up names fills neither the table nor a page, with one message neither: what is beyond is in the ledger
-- alone.
INSERT INTO input_name AS n (format, box, source, name, unit, value, count, first_at, last_at)
SELECT format, box, source, name, unit, value, count, first_at, last_at
FROM (
    SELECT t.*, k.format IS NOT NULL AS is_known,
           row_number() OVER (PARTITION BY k.format IS NULL, t.format, t.box ORDER BY t.source, t.name, t.unit) AS of_box,
           row_number() OVER (PARTITION BY k.format IS NULL ORDER BY t.format, t.box, t.source, t.name, t.unit) AS of_all
    FROM unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
                $6::text::float8[], $7::text::bigint[], $8::text::timestamptz[], $9::text::timestamptz[])
        AS t (format, box, source, name, unit, value, count, first_at, last_at)
    LEFT JOIN input_name AS k
        ON (k.format, k.box, k.source, k.name, k.unit) = (t.format, t.box, t.source, t.name, t.unit)
) AS t
WHERE is_known
   OR ((SELECT count(*) FROM input_name AS k WHERE k.format = t.format AND k.box = t.box) + of_box <= $10::int
       AND (SELECT count(*) FROM input_name) + of_all <= $11::int)
ORDER BY format, box, source, name, unit
ON CONFLICT (format, box, source, name, unit) DO UPDATE SET
    count = n.count + excluded.count,
    value = CASE WHEN excluded.last_at >= n.last_at THEN excluded.value ELSE n.value END,
    first_at = least(n.first_at, excluded.first_at),
    last_at = greatest(n.last_at, excluded.last_at)
