-- A mark for each notice that was published or withdrawn.
SELECT at AS time,
       drill_text(exercise, ${language:sqlstring}) || CASE kind WHEN 'notice_withdrawn' THEN '✕ ' ELSE '' END
           || coalesce(CASE ${language:sqlstring} WHEN 'en' THEN headline_en END, headline_de, '?') || ' · '
           || area_text(area, ${language:sqlstring}) AS text,
       'notice,' || area AS tags
FROM crisis_change
WHERE kind IN ('notice_published', 'notice_withdrawn') AND $__timeFilter(at)
ORDER BY at
