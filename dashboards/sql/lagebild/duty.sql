-- How many are on duty now, by area, and until when. Times of the rota are those of the city: one that comes twice is the earlier one. Of a
-- rank, what was put once goes before the rota (crisis/state/alarms/duty.py). Names are on the staff's page.
WITH entry AS (
    SELECT DISTINCT ON (duty.area, duty.rank) duty.area, shift.since, shift.until
    FROM crisis_duty AS duty
    CROSS JOIN civil_zone AS zone
    CROSS JOIN LATERAL (
        SELECT coalesce(duty.from_at, '-infinity') AS since, coalesce(duty.until_at, 'infinity') AS until
        WHERE duty.days = '[]'::jsonb
        UNION ALL
        SELECT greatest(edge.begins, coalesce(duty.from_at, '-infinity')),
               least(CASE WHEN edge.ends > edge.begins THEN edge.ends ELSE edge.ends_later END, coalesce(duty.until_at, 'infinity'))
        FROM (VALUES (-1), (0)) AS back (days)
        CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE zone.name)::date + back.days AS date) AS day
        CROSS JOIN LATERAL (
            SELECT min(at) FILTER (WHERE named = 1) AS begins, min(at) FILTER (WHERE named = 2) AS ends, min(at) FILTER (WHERE named = 3) AS ends_later
            FROM (VALUES (1, day.date + duty.begins::time), (2, day.date + duty.ends::time), (3, day.date + 1 + duty.ends::time)) AS clock (named, local)
            CROSS JOIN LATERAL (
                VALUES (local AT TIME ZONE zone.name), ((local - INTERVAL '1 hour') AT TIME ZONE zone.name + INTERVAL '1 hour')
            ) AS meant (at)
        ) AS edge
        WHERE duty.days @> to_jsonb((extract(isodow FROM day.date) - 1)::int)
    ) AS shift
    WHERE now() >= shift.since AND now() < shift.until
    ORDER BY duty.area, duty.rank, duty.days = '[]'::jsonb DESC, duty.at DESC, duty.id DESC
)
SELECT area_text(entry.area, ${language:sqlstring}) AS area, count(*) AS people,
       CASE WHEN isfinite(min(entry.until)) THEN moment_text(min(entry.until), ${language:sqlstring}) END AS until,
       CASE WHEN isfinite(max(entry.since)) THEN duration_text(greatest(0, extract(epoch FROM now() - max(entry.since))::float8)) END AS age
FROM entry
GROUP BY entry.area
ORDER BY entry.area <> 'all', entry.area
