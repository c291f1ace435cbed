-- Steps that are made of readings.
-- `mean` is one of the mean_*.sql; `last` and `growth` are the newest value of a step and how much a total grew in it, or null
-- $1 series int[], all of that kind of mean; $2 where each step begins timestamptz[]; $3 from, $4 to timestamptz (excluded)
SELECT part.series, width_bucket(part.measured_at, $2::timestamptz[]) AS number,
       {mean} AS avg, min(part.value) AS min, max(part.value) AS max, count(*) AS count, {last} AS last,
       1::float8 AS heard, {growth} AS growth, false AS is_by_message
FROM reading AS part
WHERE part.series = ANY ($1::int[]) AND part.measured_at >= $3::timestamptz AND part.measured_at < $4::timestamptz
GROUP BY 1, 2
