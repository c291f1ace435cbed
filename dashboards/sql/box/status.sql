-- What the box said about itself, each change a new stretch.
SELECT received_at AS time, CASE WHEN online THEN 'reachable' ELSE 'unreachable' END AS link,
       CASE WHEN mains THEN 'mains' WHEN NOT mains THEN 'battery' END AS power, nullif(mode, 'unknown') AS mode, uplink
FROM status
WHERE box = ${box:sqlstring} AND $__timeFilter(received_at)
ORDER BY received_at
