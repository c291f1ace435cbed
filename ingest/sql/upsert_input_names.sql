-- Its parameters are arrays as text (ingest/arrays.py), sorted by key so that two workers lock rows in the same order.
-- $1 format text[], $2 box text[], $3 source text[], $4 name text[], $5 unit text[], $6 value float8[], $7 count bigint[],
-- $8 first_at timestamptz[], $9 last_at timestamptz[], $10 names of a box at most, $11 names of all boxes at most
-- A sender that makes up names fills neither the table nor a page: what is beyond is in the ledger alone.
INSERT INTO input_name AS n (format, box, source, name, unit, value, count, first_at, last_at)
SELECT t.* FROM unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::text[], $5::text::text[],
                       $6::text::float8[], $7::text::bigint[], $8::text::timestamptz[], $9::text::timestamptz[])
    AS t (format, box, source, name, unit, value, count, first_at, last_at)
WHERE EXISTS (SELECT FROM input_name AS k
              WHERE (k.format, k.box, k.source, k.name, k.unit) = (t.format, t.box, t.source, t.name, t.unit))
   OR ((SELECT count(*) FROM input_name AS k WHERE k.format = t.format AND k.box = t.box) < $10::int
       AND (SELECT count(*) FROM input_name) < $11::int)
ON CONFLICT (format, box, source, name, unit) DO UPDATE SET
    count = n.count + excluded.count,
    value = CASE WHEN excluded.last_at >= n.last_at THEN excluded.value ELSE n.value END,
    first_at = least(n.first_at, excluded.first_at),
    last_at = greatest(n.last_at, excluded.last_at)
