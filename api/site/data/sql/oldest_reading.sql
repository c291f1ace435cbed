-- The zone of the civil days, the day of the oldest reading (NULL: there is none), and since when there are all readings
-- (NULL: none was removed yet).
SELECT (SELECT name FROM civil_zone) AS zone,
       (SELECT min(bucket) FROM reading_1d) AS oldest,
       (SELECT max(since) FROM retention WHERE relation = 'reading') AS complete_since
