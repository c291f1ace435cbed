-- Steps that are made of readings; `heard` is of how many.
-- `rows` are those; `number` counts the steps from 0; `mean` is of the kind that all these series have; `last` is the newest value of a
-- step, or null
-- $1 series int[]; $2 what `number` needs; $3 from, $4 to timestamptz (excluded)
SELECT part.series, {number} AS number, {mean}, count(*)::float8 AS heard,
       min(part.value) AS min, max(part.value) AS max, count(*) AS count, {last} AS last, {last} - min(part.value) AS growth
FROM {rows} AS part
GROUP BY 1, 2
