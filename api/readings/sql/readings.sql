-- $1 boxes text[] or null, $2 quantities text[] or null, $3 sources text[] or null, $4 districts int[] or null,
-- $5 from timestamptz or null, $6 to timestamptz or null (left out), $7 $8 after this measured_at timestamptz and series int
-- or null, $9 limit int, $10 rows to look ahead over all series together int
--
-- A merge of many sorted lines with a bounded look-ahead. Each series gives its next few rows by its own index. Up to the
-- earliest time at which a series stopped giving, the merged rows are complete: that is the page. So a page of many
-- series may be shorter than the limit although more follows, which `cut` says. Its cost does not
-- depend on how much history there is.
--
-- Inside, measured_at is compared with nothing of the series: TimescaleDB would look at every chunk again for each of them.
-- So what the page before has shown of the moment at which it ended is left out at the end: one row a series, for which
-- there is room.
WITH line AS MATERIALIZED (
    SELECT series.id, series.box, series.source, series.quantity, quantity.unit
    FROM series
    JOIN quantity ON quantity.name = series.quantity
    JOIN box ON box.id = series.box
    WHERE ($1::text[] IS NULL OR series.box = ANY ($1))
      AND ($2::text[] IS NULL OR series.quantity = ANY ($2))
      AND ($3::text[] IS NULL OR series.source = ANY ($3))
      AND ($4::int[] IS NULL OR box.district = ANY ($4))
), depth AS MATERIALIZED (
    SELECT greatest(2, least($9::int + 1, $10::int / greatest(1, count(*)))) AS depth FROM line
), ahead AS MATERIALIZED (
    SELECT line.id AS series, line.box, line.source, line.quantity, line.unit,
           next.measured_at, next.value, next.flag, next.delay_s
    FROM line
    CROSS JOIN LATERAL (
        SELECT reading.measured_at, reading.value, reading.flag, reading.delay_s
        FROM reading
        WHERE reading.series = line.id
          AND reading.measured_at >= greatest($5::timestamptz, $7::timestamptz, '-infinity')
          AND reading.measured_at < coalesce($6::timestamptz, 'infinity')
        ORDER BY reading.measured_at
        LIMIT (SELECT depth FROM depth)
    ) AS next
), horizon AS (
    SELECT min(reached) AS until
    FROM (SELECT max(measured_at) AS reached FROM ahead GROUP BY series HAVING count(*) = (SELECT depth FROM depth)) AS full_line
)
SELECT series, box, source, quantity, unit, value, flag, measured_at, measured_at + delay_s * INTERVAL '1 second' AS received_at,
       (SELECT until FROM horizon) IS NOT NULL AS cut
FROM ahead
WHERE measured_at <= coalesce((SELECT until FROM horizon), 'infinity')
  AND ($7::timestamptz IS NULL OR measured_at > $7 OR series > $8::int)
ORDER BY measured_at, series
LIMIT $9
