-- $1 name text, $2 unit text, $3 low float8, $4 high float8, $5 standard_name text or null, $6 label_de text, $7 label_en text,
-- $8 bad float8[], $9 suspect float8[], $10 averaging text, $11 decimals smallint, $12 is_about_box boolean
INSERT INTO quantity (name, unit, low, high, standard_name, label_de, label_en, bad, suspect, averaging, decimals, is_about_box)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (name) DO UPDATE SET
    (unit, low, high, standard_name, label_de, label_en, bad, suspect, averaging, decimals, is_about_box)
    = (excluded.unit, excluded.low, excluded.high, excluded.standard_name, excluded.label_de, excluded.label_en, excluded.bad,
       excluded.suspect, excluded.averaging, excluded.decimals, excluded.is_about_box)
