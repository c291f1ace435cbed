-- When readings were committed last, as far as the feed (an hour) and the newest readings tell.
SELECT now() AS now,
       coalesce((SELECT max(committed_at) FROM feed), (SELECT max(received_at) FROM latest)) AS committed_at
