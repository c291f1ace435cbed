-- What the look-ahead of observations.sql reads along: each series.
SELECT o.*, NULL::text AS location
FROM (SELECT series.id AS series, series.box FROM series) AS o
WHERE {lines}
