-- What boxes hold back, as their newest status says, and how many are silent.
SELECT sum(outbox)::float8 AS outbox, count(*) FILTER (WHERE state = 'unreachable') AS unreachable,
       duration_text(greatest(0, extract(epoch FROM now() - max(heard_at))::float8)) AS age
FROM box_state
HAVING count(*) > 0
