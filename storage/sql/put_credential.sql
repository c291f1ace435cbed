-- $1 username text, $2 kind text, $3 box text, $4 areas text[], $5 mesh text, $6 bcrypt text, $7 pbkdf2 text
INSERT INTO box_credential AS held (username, kind, box, areas, mesh, bcrypt, pbkdf2) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (username) DO UPDATE
SET (kind, areas, mesh, bcrypt, pbkdf2, created_at, revoked_at)
    = (excluded.kind, excluded.areas, excluded.mesh, excluded.bcrypt, excluded.pbkdf2, now(), NULL)
WHERE held.box IS NOT DISTINCT FROM excluded.box
RETURNING *, NULL::timestamptz AS last_seen
