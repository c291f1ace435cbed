-- $1 node bigint[], $2 box text[]: a Meshtastic node belongs to one box; it moves when hardware is swapped.
WITH moved AS (
    SELECT * FROM unnest($1::bigint[], $2::text[]) AS t (node, box)
), freed AS (
    UPDATE box SET node = NULL FROM moved WHERE box.node = moved.node AND box.id <> moved.box RETURNING box.id
)
SELECT count(*) FROM freed
