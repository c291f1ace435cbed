-- Calls for help and reports that wait. The age is the oldest one's.
SELECT count(*) FILTER (WHERE family = 'distress') AS distress,
       count(*) FILTER (WHERE family = 'distress' AND taken_at IS NULL) AS untaken,
       count(*) FILTER (WHERE family = 'report') AS reports,
       extract(epoch FROM now() - min(at))::float8 AS age_s
FROM crisis_call
WHERE closed_at IS NULL
