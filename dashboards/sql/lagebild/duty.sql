-- How many are on duty now, by area, and until when; times of the rota are those of the city. Names are on the staff's page.
WITH entry AS (
    SELECT duty.id, duty.area, shift.since, shift.until
    FROM crisis_duty AS duty
    CROSS JOIN civil_zone AS zone
    CROSS JOIN LATERAL (
        SELECT coalesce(duty.from_at, '-infinity') AS since, coalesce(duty.until_at, 'infinity') AS until
        WHERE duty.days = '[]'::jsonb
        UNION ALL
        SELECT greatest(begins.at, coalesce(duty.from_at, '-infinity')), least(
            CASE WHEN duty.ends > duty.begins THEN (day.date + duty.ends::time) AT TIME ZONE zone.name
                 ELSE (day.date + 1 + duty.ends::time) AT TIME ZONE zone.name END, coalesce(duty.until_at, 'infinity'))
        FROM (VALUES (-1), (0)) AS back (days)
        CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE zone.name)::date + back.days AS date) AS day
        CROSS JOIN LATERAL (SELECT (day.date + duty.begins::time) AT TIME ZONE zone.name AS at) AS begins
        WHERE duty.days @> to_jsonb((extract(isodow FROM day.date) - 1)::int)
    ) AS shift
    WHERE now() >= shift.since AND now() < shift.until
)
SELECT area_text(entry.area, ${language:sqlstring}) AS area, count(DISTINCT entry.id) AS people,
       CASE WHEN isfinite(min(entry.until)) THEN moment_text(min(entry.until), ${language:sqlstring}) END AS until,
       CASE WHEN isfinite(max(entry.since)) THEN duration_text(greatest(0, extract(epoch FROM now() - max(entry.since))::float8)) END AS age
FROM entry
GROUP BY entry.area
ORDER BY entry.area <> 'all', entry.area
