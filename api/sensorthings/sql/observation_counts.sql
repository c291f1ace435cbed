-- For each parent: how many of its readings fulfil the conditions, and how many were examined for it, at most {most}.
SELECT parent.number AS parent, counted.*
FROM {parents}
CROSS JOIN LATERAL (
    SELECT count(*) AS examined, count(*) FILTER (WHERE {conditions}) AS count
    FROM (
        SELECT line.series, line.box, next.*
        FROM (
            {lines}
        ) AS line
        CROSS JOIN LATERAL (
            SELECT reading.measured_at, reading.value, reading.flag, reading.delay_s
            FROM reading
            WHERE reading.series = line.series AND {bounds}
            LIMIT {most}
        ) AS next
        LIMIT {most}
    ) AS o
) AS counted
ORDER BY parent.number
