-- The newest value of each of its series.
SELECT CASE ${language:sqlstring} WHEN 'en' THEN quantity.label_en ELSE quantity.label_de END AS quantity, series.source,
       latest.value,
       unit_sign(quantity.unit) AS unit,
       CASE WHEN latest.flag & 1 > 0 THEN 'suspect' WHEN latest.flag & 2 > 0 THEN 'clock_unset' ELSE 'fine' END AS flag,
       extract(epoch FROM now() - latest.measured_at)::float8 AS age_s
FROM series
JOIN latest ON latest.series = series.id
JOIN quantity ON quantity.name = series.quantity
WHERE series.box = ${box:sqlstring}
ORDER BY series.source, 1
