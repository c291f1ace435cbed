-- $1 id int, $2 revoked_by text
UPDATE input_sender SET revoked_at = now(), revoked_by = $2 WHERE id = $1::int AND revoked_at IS NULL RETURNING id
