-- The city's mode as staff set it last, and how many areas are in an emergency that is no drill. No row while nobody ever set one.
SELECT coalesce(max(mode || CASE WHEN exercise THEN ' (exercise)' ELSE '' END) FILTER (WHERE area = 'all'), 'unset') AS mode,
       count(*) FILTER (WHERE mode = 'emergency' AND NOT exercise) AS areas,
       duration_text(greatest(0, extract(epoch FROM now() - max(at))::float8)) AS age
FROM (
    SELECT DISTINCT ON (area) area, mode, exercise, at FROM crisis_change WHERE kind = 'mode_set' ORDER BY area, at DESC
) AS newest
HAVING count(*) > 0
