-- All wall displays, by name
SELECT name, made_ms, made_by, until_ms, seen_ms FROM wall ORDER BY name
