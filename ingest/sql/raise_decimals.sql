-- $1 series int[], $2 decimals smallint[]: series that turned out to be finer than their decimals. In the order of their numbers,
-- so that two workers do not wait for each other. Returns what they have now: another worker may have been first.
WITH finer AS MATERIALIZED (
    SELECT series.id, greatest(series.decimals, t.decimals) AS decimals
    FROM series JOIN unnest($1::int[], $2::smallint[]) AS t (id, decimals) ON t.id = series.id
    ORDER BY series.id FOR NO KEY UPDATE OF series
)
UPDATE series SET decimals = finer.decimals FROM finer WHERE series.id = finer.id
RETURNING series.id, series.decimals, series.averaging
