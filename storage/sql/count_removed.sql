-- $1 relation text, $2 rows bigint
INSERT INTO removed AS r (relation, rows, last_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (relation, reason) DO UPDATE SET rows = r.rows + excluded.rows, last_at = excluded.last_at
