-- What waits in the box to be sent, and who uses its Wi-Fi.
SELECT received_at AS time, outbox::float8 AS outbox, clients::float8 AS clients
FROM status
WHERE box = ANY(ARRAY[${box:sqlstring}]::text[]) AND $__timeFilter(received_at) AND (outbox IS NOT NULL OR clients IS NOT NULL)
ORDER BY received_at
