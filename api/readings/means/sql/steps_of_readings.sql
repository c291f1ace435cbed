-- Steps that are made of readings.
-- `kind` is the kind of mean of all these series, as series.averaging has it; `sine` and `last` are what is needed of directions, and
-- the newest value of a step, or null
-- $1 series int[]; $2 where each step begins timestamptz[]; $3 from, $4 to timestamptz (excluded)
SELECT part.series, width_bucket(part.measured_at, $2::timestamptz[]) - 1 AS number,
       mean_of({kind}::smallint, avg(mean_share(part.value, {kind}::smallint)), {sine}) AS avg,
       min(part.value) AS min, max(part.value) AS max, count(*) AS count, {last} AS last, 1::float8 AS heard, {last} - min(part.value) AS growth,
       false AS is_by_message
FROM reading AS part
WHERE part.series = ANY ($1::int[]) AND part.measured_at >= $3::timestamptz AND part.measured_at < $4::timestamptz
GROUP BY 1, 2
