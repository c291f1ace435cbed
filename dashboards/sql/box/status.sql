-- What the box said about itself, each change a new stretch. Without any status one row says so: this chart has no words of its own.
SELECT received_at AS time, CASE WHEN online THEN 'reachable' ELSE 'unreachable' END AS link,
       CASE WHEN mains THEN 'mains' WHEN NOT mains THEN 'battery' END AS power, nullif(mode, 'unknown') AS mode, uplink
FROM status
WHERE box = ANY(ARRAY[${box:sqlstring}]::text[]) AND $__timeFilter(received_at)
UNION ALL
SELECT $__timeFrom()::timestamptz, 'no_status', NULL, NULL, NULL
WHERE NOT EXISTS (SELECT FROM status WHERE box = ANY(ARRAY[${box:sqlstring}]::text[]) AND $__timeFilter(received_at))
ORDER BY time
