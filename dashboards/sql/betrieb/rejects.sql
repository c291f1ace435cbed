-- Rejects by their reason.
SELECT reason, count(*) AS rejects, count(DISTINCT box) AS boxes,
       duration_text(greatest(0, extract(epoch FROM now() - max(received_at))::float8)) AS age
FROM reject
WHERE $__timeFilter(received_at)
GROUP BY reason
ORDER BY rejects DESC
