-- Steps that are one row of a rollup each; `heard` is how much of its time was heard.
-- `rows` are those of reading_5m, reading_1h, reading_1d, or of days of UTC; `number` counts the steps from 0
-- $1 series int[]; $2 what `number` needs; $3 from, $4 to timestamptz (excluded)
SELECT part.series, {number} AS number,
       part.avg, part.min, part.max, part.count, part.last, part.coverage AS heard, part.growth, part.is_by_message
FROM {rows} AS part
