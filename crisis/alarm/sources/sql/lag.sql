-- Seconds since anything was received, once anything ever was.
SELECT extract(epoch FROM now() - max(latest.received_at))::float8 AS seconds
FROM latest
HAVING count(*) > 0
