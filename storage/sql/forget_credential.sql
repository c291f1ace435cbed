-- $1 username text: one that belongs to no box
UPDATE box_credential SET revoked_at = now() WHERE username = $1 AND box IS NULL AND revoked_at IS NULL RETURNING username
