-- $1 relation text, $2 since timestamptz. It never moves back: what was removed stays removed when settings change.
INSERT INTO retention AS r (relation, since) VALUES ($1, $2)
ON CONFLICT (relation) DO UPDATE SET since = greatest(r.since, excluded.since)
