-- What the look-ahead of observations.sql reads along: each series.
SELECT o.*, NULL::text AS location
FROM (SELECT series.id AS series, series.box FROM series JOIN public_box AS box ON box.id = series.box) AS o
WHERE {lines}
