-- Minutes that the oldest call for help has waited for somebody to take it.
SELECT extract(epoch FROM now() - min(at))::float8 / 60 AS minutes
FROM crisis_call
WHERE family = 'distress' AND taken_at IS NULL AND closed_at IS NULL
HAVING count(*) > 0
