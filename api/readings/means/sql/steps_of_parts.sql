-- Steps that are made of several rows of a rollup each, which count equally; `heard` is of how many.
-- `rows` are those of reading_5m or reading_1h; `kind` is the kind of mean of all these series, as series.averaging has it; `sine` and
-- `last` are what is needed of directions, and the newest value of a step, or null
-- $1 series int[]; $2 where each step begins timestamptz[]; $3 from, $4 to timestamptz (excluded)
SELECT part.series, width_bucket(part.bucket, $2::timestamptz[]) - 1 AS number,
       mean_of({kind}::smallint, avg(mean_share(part.avg, {kind}::smallint)), {sine}) AS avg,
       min(part.min) AS min, max(part.max) AS max, sum(part.count)::bigint AS count, {last} AS last, count(*)::float8 AS heard,
       {last} - min(part.min) AS growth, bool_or(part.is_by_message) AS is_by_message
FROM {rows} AS part
GROUP BY 1, 2
