-- $1 box text, NULL for all. A box was last seen by what it sent as its own; a node sends nothing that the database sees.
SELECT box_credential.*, CASE WHEN box_credential.kind <> 'node' THEN box.last_seen END AS last_seen
FROM box_credential LEFT JOIN box ON box.id = box_credential.box
WHERE $1::text IS NULL OR box_credential.box = $1
ORDER BY box_credential.box NULLS FIRST, box_credential.username
