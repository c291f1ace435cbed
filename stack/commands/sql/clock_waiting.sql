-- Messages that wait until the hub's clock, which is behind, is right (ingest/hub_clock.py); of how many boxes, and the newest
-- time that these know of.
SELECT count(*) AS messages, count(DISTINCT box) AS boxes, max(due_at) AS newest FROM deferred WHERE due_at IS NOT NULL
