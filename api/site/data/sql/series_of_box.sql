-- $1 box text
SELECT id FROM series WHERE box = $1 ORDER BY id
