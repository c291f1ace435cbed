-- $1 keep interval
DELETE FROM feed WHERE committed_at < now() - $1::interval
