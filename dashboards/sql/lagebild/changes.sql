-- What changed in the last hour: boxes that went and came, mains, mode; and what staff decided.
SELECT change.subject, change.what, change.after, duration_text(greatest(0, extract(epoch FROM now() - change.at)::float8)) AS age
FROM (
    SELECT status.received_at AS at, box.id AS subject, changed.what, changed.after
    FROM box
    JOIN LATERAL (
        SELECT * FROM status WHERE status.box = box.id AND status.received_at > now() - INTERVAL '1 hour'
    ) AS status ON true
    CROSS JOIN LATERAL (
        SELECT earlier.online, earlier.mains, earlier.mode FROM status AS earlier
        WHERE earlier.box = box.id AND earlier.received_at < status.received_at
        ORDER BY earlier.received_at DESC LIMIT 1
    ) AS earlier
    CROSS JOIN LATERAL (VALUES
        ('link', CASE WHEN earlier.online THEN 'reachable' ELSE 'unreachable' END,
                 CASE WHEN status.online THEN 'reachable' ELSE 'unreachable' END),
        ('power', CASE WHEN earlier.mains THEN 'mains' WHEN NOT earlier.mains THEN 'battery' END,
                  CASE WHEN status.mains THEN 'mains' WHEN NOT status.mains THEN 'battery' END),
        ('mode', nullif(earlier.mode, 'unknown'), nullif(status.mode, 'unknown'))
    ) AS changed (what, before, after)
    WHERE changed.before <> changed.after AND box.retired_at IS NULL
      AND ('*' = ANY(ARRAY[${district:sqlstring}]::text[]) OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') = ANY(ARRAY[${district:sqlstring}]::text[]))
    UNION ALL
    SELECT at,
           area_text(area, ${language:sqlstring}),
           kind,
           coalesce(mode || CASE WHEN exercise THEN ' (exercise)' ELSE '' END,
                    drill_text(exercise, ${language:sqlstring})
                        || coalesce(CASE ${language:sqlstring} WHEN 'en' THEN headline_en END, headline_de))
    FROM crisis_change WHERE at > now() - INTERVAL '1 hour' AND at <= now()
) AS change
ORDER BY change.at DESC
LIMIT 200
