-- Minutes that each call for help has waited for somebody to take it. Each is a series of its own, by its id: a second call is a second
-- alert. Those of drills say so.
SELECT id::text AS call, label AS number, coalesce(box, '') AS box, CASE WHEN exercise THEN 'true' ELSE '' END AS exercise,
       extract(epoch FROM now() - at)::float8 / 60 AS minutes
FROM crisis_call
WHERE family = 'distress' AND taken_at IS NULL AND closed_at IS NULL
