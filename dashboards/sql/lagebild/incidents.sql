-- Incidents that are open, each with its number for the radio, the most urgent first, those of drills last. What staff wrote is on their own page.
SELECT drill_text(incident.exercise, ${language:sqlstring}) || incident.label || ': [' || incident.sort || ']' AS sort,
       '[priority-' || incident.priority || ']' AS priority, area_text(incident.area, ${language:sqlstring}) AS area,
       duration_text(greatest(0, extract(epoch FROM now() - incident.at)::float8)) AS age
FROM crisis_incident AS incident
WHERE incident.state = 'open'
ORDER BY incident.exercise, incident.priority, incident.at
LIMIT 100
