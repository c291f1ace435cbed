-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 id text[], $2 at timestamptz[]: when the retained status of this box was deleted
-- A box that nobody knows stays unknown, and one that has sent since then is there. It is offline from now on.
WITH gone AS (
    UPDATE box SET withdrawn_at = t.at
    FROM unnest($1::text::text[], $2::text::timestamptz[]) AS t (id, at)
    WHERE box.id = t.id AND (box.last_seen IS NULL OR box.last_seen <= t.at)
    RETURNING box.id, t.at
)
INSERT INTO status (box, at, received_at, online)
SELECT gone.id, gone.at, gone.at, false FROM gone
WHERE (SELECT s.online FROM status AS s WHERE s.box = gone.id ORDER BY s.received_at DESC LIMIT 1)
ON CONFLICT DO NOTHING
