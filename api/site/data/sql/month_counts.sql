-- $1 boxes text[], $2 from timestamptz, $3 to timestamptz (excluded), both midnights of the civil days: how many readings each
-- of these boxes has
SELECT series.box, sum(day.count)::bigint AS readings
FROM reading_1d AS day
JOIN series ON series.id = day.series
WHERE series.box = ANY ($1::text[]) AND day.bucket >= $2::timestamptz AND day.bucket < $3::timestamptz
GROUP BY series.box
HAVING sum(day.count) > 0
