-- $1 box text, $2 limit int: the newest first
SELECT since, latitude, longitude FROM place WHERE box = $1 ORDER BY since DESC LIMIT $2::int
