-- Steps that are made of several rows of a rollup each, which count equally; `heard` is of how many.
-- `rows` are those of reading_5m or reading_1h; `step` says which step a row is in, `number` counts steps from 0; `mean` is of the kind
-- that all these series have; `last` is the newest value of a step, or null; `is_by_message` says of a row whether its mean is not of time
-- $1 series int[]; $2 what `step` needs; $3 from, $4 to timestamptz (excluded)
SELECT part.series, {number} AS number, {mean},
       min(part.min) AS min, max(part.max) AS max, sum(part.count)::bigint AS count, {last} AS last, count(*)::float8 AS heard,
       {last} - min(part.min) AS growth, bool_or({is_by_message}) AS is_by_message
FROM {rows} AS part
GROUP BY part.series, {step}
