-- $1 boxes text[] or null, $2 quantities text[] or null, $3 sources text[] or null, $4 districts int[] or null,
-- $5 from timestamptz or null, $6 to timestamptz or null (excluded), $7 $8 after this measured_at timestamptz and series int
-- or null, $9 limit int, $10 rows to look ahead over all series together int
--
-- A merge of many sorted series with a bounded look-ahead. For each series its next few rows are read by index. The merged
-- rows are complete up to the earliest time at which the rows of a series were cut off: that is the page. So a page of many
-- series may be shorter than the limit although more follows, which `cut` says. Its cost does not depend on how much
-- history there is.
--
-- In the lateral query measured_at is compared with no column of the series: TimescaleDB would plan over every chunk again
-- for each of them. So rows of the time $7 that the page before already had are removed at the end: at most one for each
-- series, and the look-ahead has room for it.
WITH selected AS MATERIALIZED (
    SELECT series.id, series.box, series.source, series.quantity, quantity.unit
    FROM series
    JOIN quantity ON quantity.name = series.quantity
    JOIN public_box AS box ON box.id = series.box
    WHERE ($1::text[] IS NULL OR series.box = ANY ($1))
      AND ($2::text[] IS NULL OR series.quantity = ANY ($2))
      AND ($3::text[] IS NULL OR series.source = ANY ($3))
      AND ($4::int[] IS NULL OR box.district = ANY ($4))
), depth AS MATERIALIZED (
    SELECT greatest(2, least($9::int + 1, $10::int / greatest(1, count(*)))) AS depth FROM selected
), ahead AS MATERIALIZED (
    SELECT selected.id AS series, selected.box, selected.source, selected.quantity, selected.unit,
           next.measured_at, next.value, next.flag, next.delay_s
    FROM selected
    CROSS JOIN LATERAL (
        SELECT reading.measured_at, reading.value, reading.flag, reading.delay_s
        FROM reading
        WHERE reading.series = selected.id
          AND reading.measured_at >= greatest($5::timestamptz, $7::timestamptz, '-infinity')
          AND reading.measured_at < coalesce($6::timestamptz, 'infinity')
        ORDER BY reading.measured_at
        LIMIT (SELECT depth FROM depth)
    ) AS next
), horizon AS (
    SELECT min(reached) AS until
    FROM (SELECT max(measured_at) AS reached FROM ahead GROUP BY series HAVING count(*) = (SELECT depth FROM depth)) AS cut_off
)
SELECT series, box, source, quantity, unit, value, flag, measured_at, measured_at + delay_s * INTERVAL '1 second' AS received_at,
       (SELECT until FROM horizon) IS NOT NULL AS cut
FROM ahead
WHERE measured_at <= coalesce((SELECT until FROM horizon), 'infinity')
  AND ($7::timestamptz IS NULL OR measured_at > $7 OR series > $8::int)
ORDER BY measured_at, series
LIMIT $9
