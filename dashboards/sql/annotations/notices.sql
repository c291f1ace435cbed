-- A mark for each notice that was published or withdrawn.
SELECT at AS time,
       CASE WHEN exercise THEN '[Übung / exercise] ' ELSE '' END || CASE kind WHEN 'notice_withdrawn' THEN '✕ ' ELSE '' END
           || coalesce(CASE ${language:sqlstring} WHEN 'en' THEN headline_en END, headline_de, '?') || ' · '
           || CASE ${language:sqlstring} WHEN 'en' THEN CASE area WHEN 'all' THEN 'whole city' ELSE replace(area, 'district-', 'district ') END
                ELSE CASE area WHEN 'all' THEN 'ganze Stadt' ELSE replace(area, 'district-', 'Bezirk ') END END AS text,
       'notice,' || area AS tags
FROM crisis_change
WHERE kind IN ('notice_published', 'notice_withdrawn') AND $__timeFilter(at)
ORDER BY at
