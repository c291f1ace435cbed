-- How far behind we are: the newest reading that was received, the time from measuring to receiving, what boxes hold back.
SELECT extract(epoch FROM now() - max(latest.received_at))::float8 AS age_s,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM latest.received_at - latest.measured_at)::float8)
           FILTER (WHERE latest.received_at > now() - INTERVAL '1 hour') AS delay_s,
       (SELECT sum(outbox) FROM box_state)::float8 AS outbox,
       (SELECT count(*) FROM box_state WHERE state = 'unreachable')::float8 AS unreachable
FROM latest
HAVING count(*) > 0
