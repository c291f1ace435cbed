-- Notices that hold now.
SELECT CASE WHEN exercise THEN '[Übung / exercise] ' ELSE '' END
           || coalesce(CASE ${language:sqlstring} WHEN 'en' THEN headline_en END, headline_de, '?') AS headline,
       lower(coalesce(severity, 'unknown')) AS severity,
       CASE ${language:sqlstring} WHEN 'en' THEN CASE area WHEN 'all' THEN 'whole city' ELSE replace(area, 'district-', 'district ') END
            ELSE CASE area WHEN 'all' THEN 'ganze Stadt' ELSE replace(area, 'district-', 'Bezirk ') END END AS area,
       until_at, extract(epoch FROM now() - published_at)::float8 AS age_s
FROM crisis_notice
WHERE withdrawn_at IS NULL AND from_at <= now() AND (until_at IS NULL OR until_at > now())
ORDER BY array_position(ARRAY['extreme', 'severe', 'moderate', 'minor'], lower(severity)), published_at DESC
LIMIT 100
