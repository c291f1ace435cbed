-- $1 from timestamptz, $2 to timestamptz (excluded): whole hours; $3 boxes text[] or null; $4 $5 after this hour timestamptz
-- and box text, or null; $6 limit int, $7 the most ledger rows to read int (but at least one whole hour)
-- Of public boxes, and of messages that name no box. At least one row. `until` is the hour up to which this page is complete; null when it is complete for the whole range.
WITH begin AS MATERIALIZED (
    SELECT greatest($1::timestamptz, $4::timestamptz) AS at
), reached AS MATERIALIZED (
    SELECT (SELECT min(minute) FROM message_ledger WHERE minute >= (SELECT at FROM begin) AND minute < $2::timestamptz) AS first,
           (SELECT minute FROM message_ledger WHERE minute >= (SELECT at FROM begin) AND minute < $2
            ORDER BY minute, box OFFSET $7::int LIMIT 1) AS last
), bound AS MATERIALIZED (
    SELECT CASE WHEN last IS NULL THEN NULL
                ELSE nullif(least(greatest(date_bin('1 hour', last, TIMESTAMPTZ '2000-01-01 00:00:00+00'),
                                           date_bin('1 hour', first, TIMESTAMPTZ '2000-01-01 00:00:00+00') + INTERVAL '1 hour'),
                                  $2), $2) END AS until
    FROM reached
)
SELECT bound.until, entry.*
FROM bound
LEFT JOIN LATERAL (
    SELECT date_bin('1 hour', minute, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS hour, box,
           sum(messages_received)::bigint AS messages_received, sum(messages_stored)::bigint AS messages_stored,
           sum(messages_duplicate)::bigint AS messages_duplicate, sum(messages_rejected)::bigint AS messages_rejected,
           sum(messages_lost)::bigint AS messages_lost,
           sum(readings_received)::bigint AS readings_received, sum(readings_stored)::bigint AS readings_stored,
           sum(readings_duplicate)::bigint AS readings_duplicate, sum(readings_rejected)::bigint AS readings_rejected,
           sum(readings_differing)::bigint AS readings_differing
    FROM message_ledger
    WHERE minute >= (SELECT at FROM begin) AND minute < coalesce(bound.until, $2)
      AND ($3::text[] IS NULL OR box = ANY ($3))
      AND (box = '-' OR box IN (SELECT id FROM public_box))
    GROUP BY 1, 2
    HAVING $4::timestamptz IS NULL
        OR (date_bin('1 hour', minute, TIMESTAMPTZ '2000-01-01 00:00:00+00'), box) > ($4, $5::text)
    ORDER BY 1, 2
    LIMIT $6
) AS entry ON true
ORDER BY entry.hour, entry.box
