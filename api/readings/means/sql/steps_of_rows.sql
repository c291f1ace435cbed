-- Steps that are one row of a rollup each; `heard` is how much of its time was heard.
-- `rows` are those of reading_5m, reading_1h, reading_1d, or of days of UTC; `number` counts the steps from 0; `mean` is theirs;
-- `last`, `growth` and `is_by_message` are theirs, or nothing
-- $1 series int[]; $2 what `number` needs; $3 from, $4 to timestamptz (excluded)
SELECT part.series, {number} AS number,
       {mean}, part.min, part.max, part.count::bigint AS count, {last} AS last, {heard} AS heard, {growth} AS growth, {is_by_message} AS is_by_message
FROM {rows} AS part
