-- A mark for each change of mode.
SELECT at AS time, CASE WHEN exercise THEN '[Übung / exercise] ' ELSE '' END || mode || ' · ' || area AS text,
       'mode,' || area AS tags
FROM crisis_change
WHERE kind = 'mode_set' AND $__timeFilter(at)
ORDER BY at
