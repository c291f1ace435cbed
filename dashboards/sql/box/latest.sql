-- The newest value of each of its series. The part is the one of the box that measured it: `core` is the box itself.
SELECT CASE ${language:sqlstring} WHEN 'en' THEN quantity.label_en ELSE quantity.label_de END AS quantity,
       '[' || regexp_replace(series.source, '-\d+$', '') || ']' || coalesce(' ' || substring(series.source FROM '-(\d+)$'), '') AS source,
       number_text(latest.value::numeric, quantity.decimals, ${language:sqlstring}) || coalesce(' ' || nullif(unit_sign(quantity.unit), ''), '')
           || CASE WHEN latest.flag & 1 > 0 THEN ' [suspect]' WHEN latest.flag & 2 > 0 THEN ' [clock_unset]'
                   WHEN latest.flag & 8 > 0 THEN ' [receipt_time]' WHEN latest.flag & 16 > 0 THEN ' [network_time]' ELSE '' END AS value,
       duration_text(greatest(0, extract(epoch FROM now() - latest.measured_at)::float8)) AS age
FROM series
JOIN latest ON latest.series = series.id
JOIN quantity ON quantity.name = series.quantity
WHERE series.box = ANY(ARRAY[${box:sqlstring}]::text[])
ORDER BY series.source, 1
