-- Calls for help that wait, those of drills apart. The age is that of the oldest that nobody has taken.
SELECT count(*) FILTER (WHERE NOT exercise AND taken_at IS NULL) AS untaken, count(*) FILTER (WHERE NOT exercise) AS distress,
       duration_text(greatest(0, extract(epoch FROM now() - min(at) FILTER (WHERE NOT exercise AND taken_at IS NULL))::float8)) AS age
FROM crisis_call
WHERE closed_at IS NULL AND family = 'distress'
