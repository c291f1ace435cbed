-- The ledger over the chosen time: received = stored + duplicate + rejected, or something is wrong.
SELECT side.what,
       CASE ${language:sqlstring} WHEN 'en' THEN number_text(side.received, 0, 'en') || ' = ' || number_text(side.stored, 0, 'en') || ' stored + '
               || number_text(side.duplicate, 0, 'en') || ' duplicate + ' || number_text(side.rejected, 0, 'en') || ' rejected'
            ELSE number_text(side.received, 0, 'de') || ' = ' || number_text(side.stored, 0, 'de') || ' gespeichert + '
               || number_text(side.duplicate, 0, 'de') || ' doppelt + ' || number_text(side.rejected, 0, 'de') || ' abgewiesen' END AS sums,
       CASE side.received - side.stored - side.duplicate - side.rejected WHEN 0 THEN '[even]'
            ELSE number_text(side.received - side.stored - side.duplicate - side.rejected, 0, ${language:sqlstring}) || ' [uneven]' END
           || CASE WHEN side.lost > 0 THEN CASE ${language:sqlstring} WHEN 'en' THEN ', missing: ' ELSE ', es fehlen ' END
                   || number_text(side.lost, 0, ${language:sqlstring}) ELSE '' END AS difference,
       duration_text(greatest(0, side.age_s)) AS age
FROM (
    SELECT sum(messages_received)::numeric AS m1, sum(messages_stored)::numeric AS m2, sum(messages_duplicate)::numeric AS m3,
           sum(messages_rejected)::numeric AS m4, sum(readings_received)::numeric AS r1, sum(readings_stored)::numeric AS r2,
           sum(readings_duplicate)::numeric AS r3, sum(readings_rejected)::numeric AS r4, sum(messages_lost)::numeric AS lost,
           extract(epoch FROM now() - max(minute))::float8 AS age_s
    FROM message_ledger
    WHERE $__timeFilter(minute)
    HAVING count(*) > 0
) AS ledger
CROSS JOIN LATERAL (VALUES
    ('messages', m1, m2, m3, m4, lost, age_s), ('readings', r1, r2, r3, r4, NULL, age_s)
) AS side (what, received, stored, duplicate, rejected, lost, age_s)
