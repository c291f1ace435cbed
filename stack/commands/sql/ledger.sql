-- $1 since timestamptz (null: from the beginning), $2 box text (null: all)
-- What the hub knows of each box: the counts since $1; what is missing now, and since when without a break; how many messages
-- the box kept when it last said so. Gaps count if a message of the same boot was received since $1. '-' stands for messages
-- whose box could not be read. Deferred is what waits to be stored now (docs/adr/0007), whatever $1 is: received, not counted.
WITH counted AS (
    SELECT box,
           sum(messages_received)::bigint AS messages_received, sum(messages_stored)::bigint AS messages_stored,
           sum(messages_duplicate)::bigint AS messages_duplicate, sum(messages_rejected)::bigint AS messages_rejected,
           sum(readings_received)::bigint AS readings_received, sum(readings_stored)::bigint AS readings_stored,
           sum(readings_duplicate)::bigint AS readings_duplicate, sum(readings_rejected)::bigint AS readings_rejected,
           max(minute) AS newest
    FROM message_ledger
    WHERE ($1::timestamptz IS NULL OR minute >= date_trunc('minute', $1)) AND ($2::text IS NULL OR box = $2)
    GROUP BY box
), missing AS (
    SELECT p.box, sum(upper(gap) - lower(gap))::bigint AS lost
    FROM progress AS p
    CROSS JOIN LATERAL unnest(p.missing) AS gap
    WHERE ($1 IS NULL OR p.last_received_at >= $1) AND ($2 IS NULL OR p.box = $2)
    GROUP BY p.box
), aside AS (
    SELECT box, count(*) FILTER (WHERE due_at IS NULL)::bigint AS deferred,
           min(received_at) FILTER (WHERE due_at IS NULL) AS deferred_since,
           count(due_at)::bigint AS for_clock, min(received_at) FILTER (WHERE due_at IS NOT NULL) AS for_clock_since
    FROM deferred
    WHERE $2 IS NULL OR box = $2
    GROUP BY box
), known AS (
    SELECT box FROM counted UNION SELECT box FROM missing UNION SELECT box FROM aside
    UNION SELECT id FROM box WHERE id = $2
)
SELECT known.box, coalesce(counted.messages_received, 0) AS messages_received,
       coalesce(counted.messages_stored, 0) AS messages_stored,
       coalesce(counted.messages_duplicate, 0) AS messages_duplicate,
       coalesce(counted.messages_rejected, 0) AS messages_rejected,
       coalesce(counted.readings_received, 0) AS readings_received,
       coalesce(counted.readings_stored, 0) AS readings_stored,
       coalesce(counted.readings_duplicate, 0) AS readings_duplicate,
       coalesce(counted.readings_rejected, 0) AS readings_rejected,
       coalesce(missing.lost, 0) AS lost, gap.since AS lost_since, said.outbox AS waiting, said.received_at AS waiting_at,
       coalesce(aside.deferred, 0) AS deferred, aside.deferred_since,
       coalesce(aside.for_clock, 0) AS for_clock, aside.for_clock_since
FROM known
LEFT JOIN counted USING (box)
LEFT JOIN missing USING (box)
LEFT JOIN aside USING (box)
LEFT JOIN LATERAL (
    -- The minute since which some gap has always been open: the age of a single gap is not known.
    SELECT min(minute) AS since
    FROM (
        SELECT minute, max(minute) FILTER (WHERE open <= 0) OVER () AS closed
        FROM (
            SELECT minute, sum(messages_lost) OVER (ORDER BY minute) AS open
            FROM message_ledger AS l WHERE l.box = known.box AND l.messages_lost <> 0
        ) AS running
    ) AS walked
    WHERE closed IS NULL OR minute > closed
) AS gap ON missing.lost > 0
LEFT JOIN LATERAL (
    SELECT s.outbox, s.received_at FROM status AS s
    WHERE s.box = known.box AND s.outbox IS NOT NULL
    ORDER BY s.received_at DESC LIMIT 1
) AS said ON true
ORDER BY known.box
