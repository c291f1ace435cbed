-- $1 box text[], $2 source text[], $3 quantity text[]: their numbers, and how their readings are kept
SELECT s.id, s.box, s.source, s.quantity, s.decimals, s.averaging
FROM series AS s
JOIN unnest($1::text[], $2::text[], $3::text[]) AS t (box, source, quantity) USING (box, source, quantity)
