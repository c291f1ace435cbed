-- Why messages and readings of this box were rejected.
SELECT reason, count(*) AS rejects, sum(readings)::float8 AS readings,
       duration_text(greatest(0, extract(epoch FROM now() - max(received_at))::float8)) AS age
FROM reject
WHERE box = ANY(ARRAY[${box:sqlstring}]::text[]) AND $__timeFilter(received_at)
GROUP BY reason
ORDER BY rejects DESC
