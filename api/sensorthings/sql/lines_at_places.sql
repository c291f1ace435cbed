-- What the look-ahead of observations.sql reads along: each series at each place where its box has stood.
SELECT o.*, stay.location, stay.since, stay.until
FROM (SELECT series.id AS series, series.box FROM series) AS o
JOIN {features} AS stay ON stay.box = o.box
WHERE {lines}
