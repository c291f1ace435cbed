-- Whether readings arrive: the newest that was received, and the time from measuring to receiving within the hour.
SELECT duration_text(greatest(0, extract(epoch FROM now() - max(latest.received_at))::float8)) AS age,
       duration_text(percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM latest.received_at - latest.measured_at)::float8)
           FILTER (WHERE latest.received_at > now() - INTERVAL '1 hour')) AS delay
FROM latest
HAVING count(*) > 0
