-- Why messages and readings of this box were rejected.
SELECT reason, count(*) AS rejects, sum(readings)::float8 AS readings, max(detail) AS example,
       extract(epoch FROM now() - max(received_at))::float8 AS age_s
FROM reject
WHERE box = ${box:sqlstring} AND $__timeFilter(received_at)
GROUP BY reason
ORDER BY rejects DESC
