-- $1 before timestamptz (of what is older not even five minutes are left), $2 limit int (rows). Late readings for hours of which only
-- the mean is left: the five minutes that were never heard count as all others, those that were heard keep their mean.
-- Returns the hours, with how many readings went into each.
WITH gone AS MATERIALIZED (
    DELETE FROM stored_reading USING (
        SELECT old.series, old.measured_at
        FROM series
        CROSS JOIN LATERAL (
            SELECT r.series, r.measured_at FROM stored_reading AS r
            WHERE r.series = series.id AND r.measured_at < $1::timestamptz
            ORDER BY r.measured_at LIMIT $2::int
        ) AS old
        LIMIT $2::int
    ) AS old
    WHERE stored_reading.series = old.series AND stored_reading.measured_at = old.measured_at
    RETURNING stored_reading.series, stored_reading.measured_at, averaging, reading_value(value, decimals, fine) AS value
), five AS (
    SELECT series, averaging, date_bin('1 hour', measured_at, '2000-01-01 00:00:00+00') AS hour,
           1 << (date_part('epoch', measured_at)::bigint / 300 % 12)::integer AS place,
           mean_of(averaging, share_mean(sum(mean_share(value, averaging)), count(*)), share_mean(sum(CASE averaging WHEN 3 THEN sind(value) END), count(*))) AS avg,
           min(value) AS min, max(value) AS max, count(*) AS count, (array_agg(value ORDER BY measured_at DESC))[1] AS last,
           max(measured_at) AS last_at
    FROM gone GROUP BY 1, 2, 3, 4
), late AS (
    SELECT five.series, five.averaging, five.hour, min(five.min) AS min, max(five.max) AS max, sum(five.count)::bigint AS count,
           (array_agg(five.last ORDER BY five.last_at DESC))[1] AS last, max(five.last_at) AS last_at, bit_or(five.place) AS heard,
           count(five.avg) FILTER (WHERE is_new.is_new) AS news,
           coalesce(sum(mean_share(five.avg, five.averaging)) FILTER (WHERE is_new.is_new), 0) AS share,
           coalesce(sum(sind(five.avg)) FILTER (WHERE is_new.is_new AND five.averaging = 3), 0) AS sine,
           coalesce(sum(five.avg * five.count), 0) AS total
    FROM five
    LEFT JOIN rolled_1h AS old ON old.series = five.series AND old.bucket = five.hour
    CROSS JOIN LATERAL (SELECT old.heard IS NULL OR old.heard::integer & five.place = 0 AS is_new) AS is_new
    GROUP BY five.series, five.averaging, five.hour
), merged AS (
    SELECT late.series, late.hour AS bucket, old.total + late.total AS total,
           CASE WHEN old.total IS NOT NULL THEN NULL
                WHEN late.news = 0 THEN old.avg
                WHEN old.avg IS NULL THEN mean_of(late.averaging, share_mean(late.share, late.news), share_mean(late.sine, late.news))
                ELSE mean_of(late.averaging,
                             share_mean(known.parts * mean_share(old.avg, late.averaging) + late.share, known.parts + late.news),
                             share_mean(known.parts * CASE late.averaging WHEN 3 THEN sind(old.avg) END + late.sine, known.parts + late.news)) END AS avg,
           least(old.min, late.min) AS min, greatest(old.max, late.max) AS max, coalesce(old.count, 0) + late.count AS count,
           CASE WHEN old.last_at > late.last_at THEN old.last ELSE late.last END AS last, greatest(old.last_at, late.last_at) AS last_at,
           CASE WHEN old.series IS NULL OR old.heard IS NOT NULL THEN coalesce(old.heard, 0)::integer | late.heard END::smallint AS heard,
           -- Of an hour's directions only their mean is left, not how far they agreed.
           coalesce(old.is_by_message, false) OR late.averaging = 3 AND old.avg IS NOT NULL AND late.news > 0 AS is_by_message,
           late.averaging, late.count AS rows
    FROM late
    LEFT JOIN rolled_1h AS old ON old.series = late.series AND old.bucket = late.hour
    CROSS JOIN LATERAL (SELECT bit_count(old.heard::integer::bit(12)) AS parts) AS known
), in_1h AS (
    INSERT INTO rolled_1h AS r (series, bucket, total, avg, min, max, count, last, last_at, heard, is_by_message, growth)
    SELECT series, bucket, total, avg, min, max, count, last, last_at, heard, is_by_message, CASE averaging WHEN 0 THEN last - min END
    FROM merged
    ON CONFLICT (series, bucket) DO UPDATE SET
        total = excluded.total, avg = excluded.avg, min = excluded.min, max = excluded.max, count = excluded.count, last = excluded.last,
        last_at = excluded.last_at, heard = excluded.heard, is_by_message = excluded.is_by_message, growth = excluded.growth
), counted AS (
    INSERT INTO removed AS r (relation, rows, last_at)
    SELECT 'reading', count(*), clock_timestamp() FROM gone HAVING count(*) > 0
    ON CONFLICT (relation, reason) DO UPDATE SET rows = r.rows + excluded.rows, last_at = excluded.last_at
)
SELECT series, bucket, rows FROM merged
