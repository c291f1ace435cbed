-- For each parent: its next readings in time, merged over its series, and `until` where the look-ahead of a series ended.
-- As api/readings/sql/readings.sql: each series gives a bounded number of rows by its own index, and the merged rows are
-- complete up to the first time at which one of them stopped giving. The cost does not depend on how much history there is,
-- as long as measured_at is compared with nothing of the series or the parent inside the look-ahead. What is asked about
-- FeaturesOfInterest makes one line of each series and place, which ends where the box left that place.
SELECT parent.number AS parent, page.*, (SELECT stay.location FROM {features} AS stay WHERE {stood}) AS location
FROM {parents}
CROSS JOIN LATERAL (
    WITH line AS MATERIALIZED (
        {lines}
    ), depth AS MATERIALIZED (
        SELECT greatest(2, least({wanted}, {look_ahead} / greatest(1, count(*)))) AS depth FROM line
    ), ahead AS MATERIALIZED (
        SELECT line.series, line.box, line.location, next.*
        FROM line
        CROSS JOIN LATERAL (
            SELECT reading.measured_at, reading.value, reading.flag, reading.delay_s
            FROM reading
            WHERE reading.series = line.series AND {bounds}
            ORDER BY reading.measured_at {direction}
            LIMIT (SELECT depth FROM depth)
        ) AS next
    ), horizon AS (
        SELECT coalesce({first}(reached), {window}) AS until
        FROM (
            SELECT {last}(measured_at) AS reached
            FROM ahead
            GROUP BY series, location
            HAVING count(*) = (SELECT depth FROM depth)
        ) AS full_line
    )
    SELECT horizon.until, found.*
    FROM horizon
    LEFT JOIN LATERAL (
        SELECT o.*, {key} AS key, o.measured_at + o.delay_s * INTERVAL '1 second' AS received_at,
               row_number() OVER (ORDER BY {order}) AS position
        FROM ahead AS o
        WHERE (horizon.until IS NULL OR o.measured_at {within} horizon.until) AND {conditions}
        ORDER BY {order}
        LIMIT {limit}
    ) AS found ON true
) AS page
ORDER BY parent.number, page.position
