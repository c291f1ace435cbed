-- A mark for each change of mode.
SELECT at AS time, drill_text(exercise, ${language:sqlstring})
           || CASE WHEN ${language:sqlstring} = 'en' THEN mode WHEN mode = 'emergency' THEN 'Notfall' WHEN mode = 'maintenance' THEN 'Wartung' ELSE mode END
           || ' · '
           || area_text(area, ${language:sqlstring}) AS text,
       'mode,' || area AS tags
FROM crisis_change
WHERE kind = 'mode_set' AND $__timeFilter(at)
ORDER BY at
