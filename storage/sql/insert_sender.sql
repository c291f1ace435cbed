-- $1 format text, $2 digest bytea, $3 boxes text[], $4 note text, $5 created_by text
INSERT INTO input_sender (format, digest, boxes, note, created_by) VALUES ($1, $2, $3::text[], $4, $5) RETURNING id
