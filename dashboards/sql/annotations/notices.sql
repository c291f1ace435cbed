-- A mark for each notice that was published or withdrawn.
SELECT at AS time,
       CASE WHEN exercise THEN '[Übung / exercise] ' ELSE '' END || CASE kind WHEN 'notice_withdrawn' THEN '✕ ' ELSE '' END
           || coalesce(CASE '${language}' WHEN 'en' THEN headline_en END, headline_de, '?') || ' · ' || area AS text,
       'notice,' || area AS tags
FROM crisis_change
WHERE kind IN ('notice_published', 'notice_withdrawn') AND $__timeFilter(at)
ORDER BY at
