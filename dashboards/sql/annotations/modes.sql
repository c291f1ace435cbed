-- A mark for each change of mode.
SELECT at AS time, CASE WHEN exercise THEN '[Übung / exercise] ' ELSE '' END
           || CASE WHEN ${language:sqlstring} = 'en' THEN mode WHEN mode = 'emergency' THEN 'Krise' WHEN mode = 'maintenance' THEN 'Wartung' ELSE mode END
           || ' · '
           || CASE ${language:sqlstring} WHEN 'en' THEN CASE area WHEN 'all' THEN 'whole city' ELSE replace(area, 'district-', 'district ') END
                ELSE CASE area WHEN 'all' THEN 'ganze Stadt' ELSE replace(area, 'district-', 'Bezirk ') END END AS text,
       'mode,' || area AS tags
FROM crisis_change
WHERE kind = 'mode_set' AND $__timeFilter(at)
ORDER BY at
