-- Notices that hold now.
SELECT drill_text(exercise, ${language:sqlstring})
           || coalesce(CASE ${language:sqlstring} WHEN 'en' THEN headline_en END, headline_de, '?') AS headline,
       '[' || lower(coalesce(severity, 'unknown')) || ']' AS severity,
       area_text(area, ${language:sqlstring}) || coalesce(
           CASE ${language:sqlstring} WHEN 'en' THEN ', until ' ELSE ', bis ' END || moment_text(until_at, ${language:sqlstring}), '') AS area,
       duration_text(greatest(0, extract(epoch FROM now() - published_at)::float8)) AS age
FROM crisis_notice
WHERE withdrawn_at IS NULL AND from_at <= now() AND (until_at IS NULL OR until_at > now())
ORDER BY exercise, array_position(ARRAY['extreme', 'severe', 'moderate', 'minor'], lower(severity)), published_at DESC
LIMIT 100
