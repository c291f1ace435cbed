-- Messages that wait until the hub's clock, which is behind, is right (ingest/hub_clock.py), and of how many boxes.
SELECT count(*) AS messages, count(DISTINCT box) AS boxes FROM deferred WHERE due_at IS NOT NULL
