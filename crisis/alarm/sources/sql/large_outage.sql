-- Boxes without power of each outage that may be a large one, as the hub judges (KIEZBOX_CRISIS_LARGE_*). The label is its first row's
-- id: an outage that merges, splits or gets an earlier first box is no new alert.
SELECT (SELECT first.id FROM outage AS first WHERE first.id = outage.id OR first.followed_by = outage.id
        ORDER BY first.first_at, first.id LIMIT 1)::text AS outage,
       cardinality(outage.boxes_out)::float8 AS boxes
FROM outage
WHERE outage.until IS NULL AND outage.followed_by IS NULL AND cardinality(outage.large) > 0
