-- Steps that are one row of a rollup each; `heard` is how much of its time was heard.
-- `rows` are those of reading_5m, reading_1h, reading_1d, or of days of UTC
-- $1 series int[]; $2 where each step begins timestamptz[]; $3 from, $4 to timestamptz (excluded)
SELECT part.series, width_bucket(part.bucket, $2::timestamptz[]) - 1 AS number,
       part.avg, part.min, part.max, part.count, part.last, part.coverage AS heard, part.growth, part.is_by_message
FROM {rows} AS part
