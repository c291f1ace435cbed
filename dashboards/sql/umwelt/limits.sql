-- Our means against the limits of WHO and EU that are in force or to come (limit_value). A day is one of the civil zone and over; a
-- box counts in it if enough of its hours were heard; the district's value is the mean of these boxes, a year's the mean of such days.
-- Values are compared as they are shown. Days from before the upgrade whose readings are gone are means by message.
WITH zone AS MATERIALIZED (
    SELECT date_trunc('day', now(), civil_zone.name) AS today, (now() AT TIME ZONE civil_zone.name)::date AS date FROM civil_zone
), rule AS MATERIALIZED (
    SELECT limit_value.quantity, limit_value.source, limit_source.kind, limit_value.averaging_time, limit_value.threshold,
           limit_value.allowed_exceedances, limit_value.data_capture, limit_value.valid_from, quantity.decimals
    FROM limit_value
    JOIN limit_source ON limit_source.name = limit_value.source
    JOIN quantity ON quantity.name = limit_value.quantity
    CROSS JOIN zone
    WHERE zone.date BETWEEN limit_value.valid_from AND coalesce(limit_value.valid_until, 'infinity')
       OR (zone.date < limit_value.valid_from AND limit_value.valid_until IS NULL)
), known AS MATERIALIZED (
    SELECT series.id, series.quantity, series.box FROM series JOIN box ON box.id = series.box
    WHERE series.quantity IN (SELECT rule.quantity FROM rule)
      AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
), day AS MATERIALIZED (
    SELECT own.quantity, own.bucket, avg(own.value) AS value, bool_or(own.is_by_message) AS is_by_message,
           max(own.last_at) AS last_at
    FROM (
        SELECT known.quantity, known.box, rollup.bucket, avg(rollup.avg) FILTER (WHERE rollup.is_valid) AS value,
               bool_or(rollup.is_by_message) FILTER (WHERE rollup.is_valid) AS is_by_message, max(rollup.last_at) AS last_at
        FROM (SELECT array_agg(id) AS ids FROM known) AS chosen
        CROSS JOIN zone
        CROSS JOIN LATERAL reading_1d_between(chosen.ids, zone.today - INTERVAL '365 days', zone.today) AS rollup
        JOIN known ON known.id = rollup.series
        GROUP BY known.quantity, known.box, rollup.bucket
    ) AS own
    GROUP BY own.quantity, own.bucket
)
SELECT '[' || rule.quantity || '-' || rule.source || '-' || rule.averaging_time || '] ' || to_char(rule.valid_from, 'YYYY')
           || ': ' || number_text(rule.threshold::numeric, 0, ${language:sqlstring}) || ' µg/m³' AS rule,
       coalesce(number_text(found.value::numeric, rule.decimals, ${language:sqlstring}) || ' µg/m³, ', '') || '[' || found.verdict || ']' AS shown,
       CASE ${language:sqlstring}
           WHEN 'en' THEN coalesce(found.days_above || ' above, ' || rule.allowed_exceedances || ' allowed; ', '') || found.days || ' valid'
                          || CASE found.days_by_message WHEN 0 THEN '' ELSE ', ' || found.days_by_message || ' of them by message' END
           ELSE coalesce(found.days_above || ' darüber, ' || rule.allowed_exceedances || ' erlaubt; ', '') || found.days || ' gültig'
                || CASE found.days_by_message WHEN 0 THEN '' ELSE ', davon ' || found.days_by_message || ' nach Meldungen' END END AS days,
       duration_text(greatest(0, found.age_s)) AS age,
       rule.quantity, rule.source AS origin, rule.averaging_time AS period, rule.threshold AS bound, found.value AS measured, found.days_above,
       rule.allowed_exceedances AS days_allowed, found.days AS days_measured, found.days_by_message, found.verdict
FROM rule
JOIN LATERAL (
    SELECT counted.*, CASE WHEN counted.days = 0 THEN 'missing'
                WHEN counted.days_above > rule.allowed_exceedances THEN 'above'
                WHEN counted.days < rule.data_capture * 365 THEN 'short'
                WHEN rule.averaging_time = 'year' AND counted.value > rule.threshold THEN 'above' ELSE 'within' END AS verdict
    FROM (
    SELECT CASE rule.averaging_time
               WHEN 'year' THEN round(avg(day.value)::numeric, rule.decimals)
               ELSE round((array_agg(day.value ORDER BY day.bucket DESC) FILTER (WHERE day.value IS NOT NULL))[1]::numeric, rule.decimals)
           END::float8 AS value,
           CASE rule.averaging_time WHEN 'day' THEN
               count(*) FILTER (WHERE round(day.value::numeric, rule.decimals) > rule.threshold::numeric) END AS days_above,
           count(day.value) AS days, count(*) FILTER (WHERE day.is_by_message) AS days_by_message, count(*) AS heard, extract(epoch FROM now() - max(day.last_at))::float8 AS age_s
    FROM day
    WHERE day.quantity = rule.quantity
    ) AS counted
) AS found ON found.heard > 0
ORDER BY rule.quantity DESC, rule.kind, rule.source, rule.valid_from, rule.averaging_time
