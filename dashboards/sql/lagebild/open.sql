-- What waits, the oldest calls for help first. What people wrote is on the staff's own page.
SELECT family, coalesce(kind, '') AS kind, CASE WHEN family = 'report' THEN 'unanswered' WHEN taken_at IS NULL THEN 'untaken' ELSE 'taken' END AS progress,
       coalesce(box, '') AS box, people::float8 AS people, extract(epoch FROM now() - at)::float8 AS age_s
FROM crisis_call
WHERE closed_at IS NULL
ORDER BY family, taken_at IS NOT NULL, at
LIMIT 200
