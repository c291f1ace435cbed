-- The city's mode as staff set it last, and how many areas are in an emergency. No row while nobody ever set one.
SELECT coalesce(max(mode || CASE WHEN exercise THEN ' (exercise)' ELSE '' END) FILTER (WHERE area = 'all'), 'unset') AS mode,
       count(*) FILTER (WHERE mode = 'emergency') AS areas, extract(epoch FROM now() - max(at))::float8 AS age_s
FROM (
    SELECT DISTINCT ON (area) area, mode, exercise, at FROM crisis_change WHERE kind = 'mode_set' ORDER BY area, at DESC
) AS newest
HAVING count(*) > 0
