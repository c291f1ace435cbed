-- $1 log uuid, $2 names text[]: they are over.
UPDATE alarm SET ended_at = now() WHERE log = $1 AND name = ANY ($2) AND ended_at IS NULL
