-- $1 worker text: the session that had the worker's name as its client id is gone
UPDATE broker_session SET drained_at = now() WHERE worker = $1
