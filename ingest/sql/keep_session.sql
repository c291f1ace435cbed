-- $1 worker text, $2 client_id text: used when the worker has none yet
INSERT INTO broker_session (worker, client_id) VALUES ($1, $2) ON CONFLICT (worker) DO NOTHING
