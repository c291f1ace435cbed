-- $1 keep interval: older rows go
DELETE FROM feed WHERE committed_at < now() - $1::interval
