-- $1 format text, $2 box text or *, $3 name text
DELETE FROM input_mapping WHERE format = $1 AND box = $2 AND name = $3 RETURNING name
