-- The ledger over the chosen time: received = stored + duplicate + rejected, or something is wrong.
SELECT side.what, side.received, side.stored, side.duplicate, side.rejected,
       side.received - side.stored - side.duplicate - side.rejected AS difference, side.lost, side.age_s
FROM (
    SELECT sum(messages_received)::float8 AS m1, sum(messages_stored)::float8 AS m2, sum(messages_duplicate)::float8 AS m3,
           sum(messages_rejected)::float8 AS m4, sum(readings_received)::float8 AS r1, sum(readings_stored)::float8 AS r2,
           sum(readings_duplicate)::float8 AS r3, sum(readings_rejected)::float8 AS r4, sum(messages_lost)::float8 AS lost,
           extract(epoch FROM now() - max(minute))::float8 AS age_s
    FROM message_ledger
    WHERE $__timeFilter(minute)
    HAVING count(*) > 0
) AS ledger
CROSS JOIN LATERAL (VALUES
    ('messages', m1, m2, m3, m4, lost, age_s), ('readings', r1, r2, r3, r4, NULL, age_s)
) AS side (what, received, stored, duplicate, rejected, lost, age_s)
