-- $1 box text[], $2 source text[], $3 quantity text[]: their numbers
SELECT s.id, s.box, s.source, s.quantity
FROM series AS s
JOIN unnest($1::text[], $2::text[], $3::text[]) AS t (box, source, quantity) USING (box, source, quantity)
