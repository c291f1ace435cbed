-- $1 box text, $2 username text: one of the box's, NULL for all of them. Those that are revoked keep their time.
UPDATE box_credential SET revoked_at = now()
WHERE box = $1 AND ($2::text IS NULL OR username = $2) AND revoked_at IS NULL
RETURNING username
