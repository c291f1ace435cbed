-- What the look-ahead of observations.sql reads along: each series at each place where its box has stood.
SELECT o.*, stay.location, stay.since, stay.until
FROM (SELECT series.id AS series, series.box FROM series JOIN public_box AS box ON box.id = series.box) AS o
JOIN {features} AS stay ON stay.box = o.box
WHERE {lines}
