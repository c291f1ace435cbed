-- One quantity here and in the whole city, from the rollup that fits the width of a point: means by kind in which each box counts
-- once; of totals how much they grew. Of days those count of which enough was heard.
SELECT point.time,
       CASE point.averaging WHEN 0 THEN point.growth_here ELSE mean_of(point.averaging, point.share_here, point.sine_here) END AS here,
       CASE point.averaging WHEN 0 THEN point.growth ELSE mean_of(point.averaging, point.share, point.sine) END AS city
FROM (
    SELECT own.time, max(own.averaging) AS averaging, avg(own.growth) AS growth, avg(own.share) AS share, avg(own.sine) AS sine,
           avg(own.growth) FILTER (WHERE own.is_here) AS growth_here, avg(own.share) FILTER (WHERE own.is_here) AS share_here,
           avg(own.sine) FILTER (WHERE own.is_here) AS sine_here
    FROM (
        SELECT rollup.bucket AS time, line.box, line.is_here, max(line.averaging) AS averaging, avg(rollup.growth) AS growth,
               avg(mean_share(rollup.avg, line.averaging)) AS share, avg(CASE line.averaging WHEN 3 THEN sind(rollup.avg) END) AS sine
        FROM (SELECT array_agg(series.id) AS ids FROM series WHERE series.quantity = ${quantity:sqlstring}) AS known
        CROSS JOIN LATERAL reading_points_between(known.ids, $__timeFrom(), $__timeTo(), $__interval_ms) AS rollup
        JOIN (
            SELECT series.id, series.box, series.averaging,
                   '*' IN (${district:sqlstring})
                       OR coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') IN (${district:sqlstring}) AS is_here
            FROM series JOIN box ON box.id = series.box
            WHERE series.quantity = ${quantity:sqlstring}
        ) AS line ON line.id = rollup.series
        WHERE rollup.is_valid OR $__interval_ms < 21600000
        GROUP BY rollup.bucket, line.box, line.is_here
    ) AS own
    GROUP BY own.time
) AS point
ORDER BY point.time
