-- Each parameter is the column of its name (schema.sql).
INSERT INTO peer (node, log, taken, taken_id, given, heard_at)
VALUES (:node, :log, :taken, :taken_id, :given, :heard_at)
ON CONFLICT (node, log) DO UPDATE
SET (taken, taken_id, given, heard_at) = (excluded.taken, excluded.taken_id, excluded.given, excluded.heard_at)
