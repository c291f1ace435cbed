-- Reports without an answer, and what drills left open.
SELECT count(*) FILTER (WHERE family = 'report' AND NOT exercise) AS reports, count(*) FILTER (WHERE exercise) AS drills,
       duration_text(greatest(0, extract(epoch FROM now() - min(at) FILTER (WHERE family = 'report' AND NOT exercise))::float8)) AS age
FROM crisis_call
WHERE closed_at IS NULL
