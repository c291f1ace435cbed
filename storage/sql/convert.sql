-- The place below takes convert_rows.sql or convert_chunk.sql, whose parameters are those of this statement: $1 since timestamptz,
-- $2 until timestamptz. What was measured then is written as integers, and from then on it counts there and no longer in
-- `reading_before`: both in one transaction, so that every statement sees each reading once. Returns how many they were.
-- A series that was finer than its decimals has the fewest that say 19 of 20 of these readings exactly.
WITH old AS MATERIALIZED (
{old}
), needed AS (
    SELECT old.*, coalesce(series.decimals, 0::smallint) AS decimals, coalesce(series.averaging, 1::smallint) AS averaging,
           CASE WHEN fine_value(old.value, stored_value(old.value, coalesce(series.decimals, 0::smallint)), coalesce(series.decimals, 0::smallint)) IS NULL
                THEN coalesce(series.decimals, 0::smallint)
                ELSE coalesce((
                    SELECT min(d.decimals)::smallint FROM generate_series(coalesce(series.decimals, 0) + 1, 6) AS d (decimals)
                    WHERE fine_value(old.value, stored_value(old.value, d.decimals::smallint), d.decimals::smallint) IS NULL
                ), coalesce(series.decimals, 0::smallint)) END AS finest
    FROM old LEFT JOIN series ON series.id = old.series
), form AS MATERIALIZED (
    SELECT series, percentile_disc(0.95) WITHIN GROUP (ORDER BY finest) AS decimals FROM needed GROUP BY series
), moved AS (
    INSERT INTO stored_reading (measured_at, series, value, delay_s, decimals, averaging, flag, fine)
    SELECT needed.measured_at, needed.series, stored_value(needed.value, form.decimals), needed.delay_s, form.decimals, needed.averaging,
           nullif(needed.flag, 0::smallint), fine_value(needed.value, stored_value(needed.value, form.decimals), form.decimals)
    FROM needed JOIN form ON form.series = needed.series
    ORDER BY needed.series, needed.measured_at
    ON CONFLICT DO NOTHING
    RETURNING 1
), counted AS (
    UPDATE conversion SET converted_until = $2::timestamptz, converted = converted + (SELECT count(*) FROM old)
)
SELECT (SELECT count(*) FROM old) AS found, (SELECT count(*) FROM moved) AS moved
