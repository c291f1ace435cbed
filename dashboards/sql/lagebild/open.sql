-- What waits, the oldest calls for help first, drills last, calls with their number for the radio. What people wrote is on the staff's own page.
SELECT drill_text(exercise, ${language:sqlstring})
           || coalesce(label || ': ', '') || '[' || family || '-' || coalesce(kind, 'unknown') || ']'
           || coalesce(', ' || number_text(people, 0, ${language:sqlstring}) || ' ' || CASE ${language:sqlstring} WHEN 'en' THEN
                  CASE people WHEN 1 THEN 'person' ELSE 'people' END ELSE CASE people WHEN 1 THEN 'Person' ELSE 'Personen' END END, '') AS what,
       CASE WHEN family = 'report' THEN 'unanswered' WHEN taken_at IS NULL THEN 'untaken' ELSE 'taken' END AS progress,
       coalesce(box, '') AS box, duration_text(greatest(0, extract(epoch FROM now() - at)::float8)) AS age
FROM crisis_call
WHERE closed_at IS NULL
ORDER BY exercise, family, taken_at IS NOT NULL, at
LIMIT 200
