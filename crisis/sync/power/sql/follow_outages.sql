-- $1 id uuid, $2 names uuid[], $3 ids uuid[] of all outages of now: rows that were this outage under another id.
UPDATE outage SET followed_by = $1, written_at = now()
WHERE names && $2 AND id <> ALL ($3) AND followed_by IS DISTINCT FROM $1
