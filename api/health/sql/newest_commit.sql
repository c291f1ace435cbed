-- No parameters.
-- The time of the last commit of readings: from the feed, which keeps an hour, else from the newest readings.
SELECT now() AS now,
       coalesce((SELECT max(committed_at) FROM feed), (SELECT max(received_at) FROM latest)) AS committed_at
