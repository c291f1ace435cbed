-- Steps that are made of readings.
-- `number` counts the steps from 0; `mean` is of the kind that all these series have; `last` is the newest value of a step, or null
-- $1 series int[]; $2 what `number` needs; $3 from, $4 to timestamptz (excluded)
SELECT part.series, {number} AS number, {mean} AS avg,
       min(part.value) AS min, max(part.value) AS max, count(*) AS count, {last} AS last, 1::float8 AS heard, {last} - min(part.value) AS growth,
       false AS is_by_message
FROM reading AS part
WHERE part.series = ANY ($1::int[]) AND part.measured_at >= $3::timestamptz AND part.measured_at < $4::timestamptz
GROUP BY 1, 2
