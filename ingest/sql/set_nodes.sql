-- $1 node bigint[], $2 box text[]: after move_nodes.sql has freed them
UPDATE box SET node = t.node FROM unnest($1::bigint[], $2::text[]) AS t (node, box)
WHERE box.id = t.box AND box.node IS DISTINCT FROM t.node
