-- Steps that are made of several rows of a rollup each; `heard` is of how many. Every row counts equally.
-- `relation` is one of reading_5m, reading_1h, reading_1d; `mean` is one of the mean_*.sql; `last` and `growth` are the
-- newest value of a step and how much a total grew in it, or null if not asked for
-- $1 series int[], all of that kind of mean; $2 where each step begins timestamptz[]; $3 from, $4 to timestamptz (excluded)
SELECT part.series, width_bucket(part.bucket, $2::timestamptz[]) AS number,
       {mean} AS avg, min(part.min) AS min, max(part.max) AS max, sum(part.count)::bigint AS count, {last} AS last,
       count(*)::float8 AS heard, {growth} AS growth, bool_or(part.is_by_message) AS is_by_message
FROM {relation}_between($1::int[], $3::timestamptz, $4::timestamptz) AS part
GROUP BY 1, 2
