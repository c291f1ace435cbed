-- $1 log uuid, $2 tells boolean: the hub of this log looks.
INSERT INTO alarm_list (log, tells) VALUES ($1, $2)
ON CONFLICT (log) DO UPDATE SET (looked_at, tells) = (now(), excluded.tells)
