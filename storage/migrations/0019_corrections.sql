-- What was never meant for us (not_kiezbox) is counted and no longer kept: strangers' words and places go, counted as ever.
WITH gone AS (
    DELETE FROM reject WHERE reason = 'not_kiezbox' OR (reason = 'bad_topic' AND topic LIKE 'msh/%') RETURNING reason
)
INSERT INTO removed AS r (relation, reason, rows, last_at)
SELECT 'reject', reason, count(*), clock_timestamp() FROM gone GROUP BY reason
ON CONFLICT (relation, reason) DO UPDATE SET rows = r.rows + excluded.rows, last_at = excluded.last_at;

-- A GPS receiver without a fix says 0, 0 or near it: boxes that stand there go back to the last place that they told.
UPDATE box SET (latitude, longitude) = (
    SELECT s.latitude, s.longitude FROM status AS s
    WHERE s.box = box.id AND s.latitude IS NOT NULL AND s.longitude IS NOT NULL
      AND NOT (abs(s.latitude) <= 1 AND abs(s.longitude) <= 1)
    ORDER BY s.at DESC LIMIT 1)
WHERE registered_at IS NULL AND abs(latitude) <= 1 AND abs(longitude) <= 1;

-- What is ahead of the hub while the hub's own clock is in doubt waits here too (ingest/hub_clock.py).
ALTER TABLE deferred ADD COLUMN due_at timestamptz;  -- by the hub's clock; null: it waits for its box's share
DROP INDEX deferred_by_box;
CREATE INDEX deferred_by_box ON deferred (box, id) WHERE due_at IS NULL;
CREATE INDEX deferred_due ON deferred (due_at) WHERE due_at IS NOT NULL;
