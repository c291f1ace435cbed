-- Readings a minute, by what became of them.
SELECT date_bin(greatest($__interval_ms, 60000) * INTERVAL '1 millisecond', minute, '2000-01-01 00:00:00+00') AS time,
       sum(readings_stored)::float8 * 60000 / greatest($__interval_ms, 60000) AS stored,
       sum(readings_duplicate)::float8 * 60000 / greatest($__interval_ms, 60000) AS duplicate,
       sum(readings_rejected)::float8 * 60000 / greatest($__interval_ms, 60000) AS rejected
FROM message_ledger
WHERE $__timeFilter(minute)
GROUP BY 1
ORDER BY 1
