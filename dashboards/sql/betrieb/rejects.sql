-- Rejects by their reason.
SELECT reason, count(*) AS rejects, count(DISTINCT box) AS boxes, max(detail) AS example,
       extract(epoch FROM now() - max(received_at))::float8 AS age_s
FROM reject
WHERE $__timeFilter(received_at)
GROUP BY reason
ORDER BY rejects DESC
