-- Minutes that each call for help has waited for somebody to take it, for the time in which no hub says it: which calls were merged only a hub
-- knows. Those of drills say so.
SELECT id::text AS call, label AS number, coalesce(kind, 'help') AS sort, coalesce(box, '') AS box,
       CASE WHEN exercise THEN 'true' ELSE '' END AS exercise, extract(epoch FROM now() - at)::float8 / 60 AS minutes
FROM crisis_call
WHERE family = 'distress' AND taken_at IS NULL AND closed_at IS NULL
