-- $1 box text[], $2 source text[], $3 quantity text[]
INSERT INTO series (box, source, quantity)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
ON CONFLICT DO NOTHING
