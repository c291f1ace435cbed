-- $1 format text, $2 box text, $3 name text, $4 quantity text, $5 unit text, $6 source text, $7 created_by text
INSERT INTO input_mapping (format, box, name, quantity, unit, source, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (format, box, name) DO UPDATE SET
    (quantity, unit, source, created_at, created_by)
    = (excluded.quantity, excluded.unit, excluded.source, now(), excluded.created_by)
