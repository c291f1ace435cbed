-- Its starts, the newest first: how many messages are missing, and what set its clock.
SELECT progress.boot, number_text(progress.highest_seq::numeric, 0, ${language:sqlstring})
           || CASE WHEN lost.missing = 0 THEN '' ELSE CASE ${language:sqlstring} WHEN 'en' THEN ', missing: ' ELSE ', es fehlen ' END
                   || number_text(lost.missing, 0, ${language:sqlstring}) || ' [missing]' END AS messages,
       '[' || coalesce(progress.clock, 'none') || ']' || coalesce(': ' || CASE WHEN progress.clock_skew_s < 0 THEN '−' ELSE '+' END
           || number_text(abs(progress.clock_skew_s)::numeric, 1, ${language:sqlstring}) || ' s', '') AS clock,
       duration_text(greatest(0, extract(epoch FROM now() - progress.last_received_at)::float8)) AS age
FROM progress
CROSS JOIN LATERAL (
    SELECT coalesce(sum(upper(hole) - lower(hole)), 0)::numeric AS missing FROM unnest(progress.missing) AS hole
) AS lost
WHERE progress.box = ANY(ARRAY[${box:sqlstring}]::text[])
ORDER BY progress.last_received_at DESC
LIMIT 50
