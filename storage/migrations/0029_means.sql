-- Means by kind and by time, with how much of their time was heard, and civil days (docs/adr/0022-means-by-time.md).

-- The zone of daily values: one row. `kiezbox database zone` changes it and lets the daily rollup be made anew.
CREATE TABLE civil_zone (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    name     text NOT NULL                   -- of the IANA database
);
COMMENT ON TABLE civil_zone IS 'The time zone whose days reading_1d has: one row';
INSERT INTO civil_zone (name) VALUES ('Europe/Berlin');

-- How a value counts in a mean of its kind (0 none, 1 arithmetic, 2 energetic, 3 circular, as in stored_reading), and the mean of
-- such shares. A level is cut to what a double can hold, and moved by nothing so that a tenth of it is not too small for one;
-- directions that cancel each other out have no mean.
CREATE FUNCTION mean_share(value float8, averaging smallint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE $2 WHEN 1 THEN $1 WHEN 2 THEN power(10::float8, (least(greatest($1, -1000), 1000) + 1e-250) / 10) WHEN 3 THEN cosd($1) ELSE 0 END
$$;
COMMENT ON FUNCTION mean_share IS 'What a value adds to the sum of which mean_of makes a mean; of a direction its cosine';
CREATE FUNCTION share_mean(total float8, count float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN abs($1) < 1e-280 THEN 0 ELSE $1 / $2 END  -- PostgreSQL refuses a quotient that is too small for a double
$$;
COMMENT ON FUNCTION share_mean IS 'The mean of so many shares from their sum';
CREATE FUNCTION mean_of(averaging smallint, share float8, sine float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE $1 WHEN 1 THEN $2 WHEN 2 THEN 10 * log($2)
               WHEN 3 THEN CASE WHEN $2 * $2 + $3 * $3 < 1e-18 THEN NULL WHEN atan2d($3, $2) >= 0 THEN atan2d($3, $2) + 0
                                WHEN atan2d($3, $2) + 360 < 360 THEN atan2d($3, $2) + 360 ELSE 0 END END
$$;
COMMENT ON FUNCTION mean_of IS 'The mean of the kind from the mean share, and of directions also from the mean sine; null for totals';

-- Rollups of before: on the Community edition they were continuous aggregates over what is now `reading_before`.
DROP FUNCTION IF EXISTS reading_points_between(integer[], timestamptz, timestamptz, bigint);
DROP FUNCTION IF EXISTS reading_5m_between(integer[], timestamptz, timestamptz);
DROP FUNCTION IF EXISTS reading_1h_between(integer[], timestamptz, timestamptz);
DROP FUNCTION IF EXISTS reading_1d_between(integer[], timestamptz, timestamptz);
DROP FUNCTION IF EXISTS reading_between(text, integer[], timestamptz, timestamptz);
DROP VIEW IF EXISTS reading_5m, reading_1h, reading_1d;
DO $$
BEGIN
    IF to_regclass('rolled_5m') IS NOT NULL THEN
        DROP MATERIALIZED VIEW rolled_1d;
        ALTER MATERIALIZED VIEW rolled_1h RENAME TO rolled_1h_before;
        ALTER MATERIALIZED VIEW rolled_5m RENAME TO rolled_5m_before;
    END IF;
END
$$;

-- What is left of the five minutes of readings that are gone. A sum of before is one of the values as they are: right where a mean
-- is arithmetic or of one reading, and counted as if each reading had been their mean where it is not.
ALTER TABLE folded_5m
    ADD COLUMN sine float8,                              -- of directions: the sum of their sines
    ADD COLUMN is_by_message boolean NOT NULL DEFAULT true;
ALTER TABLE folded_5m ALTER COLUMN is_by_message SET DEFAULT false;
COMMENT ON COLUMN folded_5m.total IS 'The sum of the shares (mean_share); where is_by_message, of the values';

-- Hours, kept for ever; maintenance makes them (storage/rollups.py). Those of before are sums of their readings, not of their five
-- minutes: as far as these are there still, maintenance makes them anew, the rest stays and says so.
ALTER TABLE folded_1h RENAME TO rolled_1h;
ALTER INDEX folded_1h_pkey RENAME TO rolled_1h_pkey;
ALTER TABLE rolled_1h
    ALTER COLUMN total DROP NOT NULL,
    ADD COLUMN avg float8,
    ADD COLUMN growth float8,                            -- of totals: the last value less the lowest
    ADD COLUMN heard smallint,                           -- which of the twelve five minutes have a reading, the first is 1
    ADD COLUMN is_by_message boolean NOT NULL DEFAULT true;
ALTER TABLE rolled_1h ALTER COLUMN is_by_message SET DEFAULT false;
COMMENT ON TABLE rolled_1h IS 'Hours that are over, as the view reading_1h shows them';
COMMENT ON COLUMN rolled_1h.total IS 'Of hours from before 0029_means.sql: the sum of the readings; null where avg says the mean';
UPDATE rolled_1h SET total = NULL, growth = last - min, is_by_message = false
FROM series WHERE series.id = rolled_1h.series AND series.averaging = 0;
-- Days: of the civil zone, and of UTC.
CREATE TABLE rolled_1d (
    bucket        timestamptz NOT NULL,
    last_at       timestamptz NOT NULL,
    avg           float8,
    min           float8 NOT NULL,
    max           float8 NOT NULL,
    last          float8 NOT NULL,
    coverage      float8 NOT NULL,
    growth        float8,
    count         bigint NOT NULL,
    series        integer NOT NULL,
    is_utc        boolean NOT NULL,
    is_by_message boolean NOT NULL,
    PRIMARY KEY (series, is_utc, bucket)
);
COMMENT ON TABLE rolled_1d IS 'Days that are over, as the view reading_1d shows them; besides those of UTC';

-- The size of what is stored.
CREATE OR REPLACE VIEW storage_state AS
SELECT 'reading'::text AS relation, 1::bigint AS chunks, 0::bigint AS compressed,
       (pg_total_relation_size('stored_reading') + coalesce(pg_total_relation_size(to_regclass('reading_before')), 0))::bigint AS bytes,
       NULL::timestamptz AS refreshed_at
UNION ALL SELECT 'reading_5m', 1, 0, pg_total_relation_size('folded_5m'), NULL
UNION ALL SELECT 'reading_1h', 1, 0, pg_total_relation_size('rolled_1h'), NULL
UNION ALL SELECT 'reading_1d', 1, 0, pg_total_relation_size('rolled_1d'), NULL;
DROP TABLE folded_1d;                                    -- days are made of hours

-- How far hours and days are stored. What is younger is computed while reading.
CREATE TABLE rollup_progress (
    only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    late_before    timestamptz NOT NULL,     -- who stores a reading from before that notes it in late_hour, in the same transaction
    hours_until    timestamptz NOT NULL,     -- hours from before that are in rolled_1h
    days_until     timestamptz NOT NULL,     -- days of the civil zone from before that are in rolled_1d
    utc_days_until timestamptz NOT NULL,
    archived_until timestamptz NOT NULL      -- five minutes from before that are in what was before 0029_means.sql
);
COMMENT ON TABLE rollup_progress IS 'How far hours and days are stored: one row';
INSERT INTO rollup_progress (late_before, hours_until, days_until, utc_days_until, archived_until)
SELECT since.five_minutes, since.five_minutes, '-infinity', '-infinity', since.readings
FROM (SELECT coalesce(max(retention.since) FILTER (WHERE relation = 'reading_5m'), '-infinity') AS five_minutes,
             coalesce(max(retention.since) FILTER (WHERE relation = 'reading'), '-infinity') AS readings FROM retention) AS since;

CREATE TABLE late_hour (
    series integer NOT NULL,
    bucket timestamptz NOT NULL
);
CREATE INDEX late_hour_series ON late_hour (series, bucket);
COMMENT ON TABLE late_hour IS 'Hours that are stored and got readings since: they are made anew, and computed while reading until then';

-- Hours of the Community edition that are older than all five minutes.
DO $$
BEGIN
    IF to_regclass('rolled_1h_before') IS NOT NULL THEN
        INSERT INTO rolled_1h AS r (series, bucket, total, min, max, count, last, last_at, growth, is_by_message)
        SELECT old.series, old.bucket, CASE WHEN series.averaging > 0 THEN old.avg * old.count END, old.min, old.max, old.count,
               old.last, old.last_at, CASE WHEN series.averaging = 0 THEN old.last - old.min END, series.averaging > 0
        FROM rolled_1h_before AS old JOIN series ON series.id = old.series
        WHERE old.bucket < (SELECT hours_until FROM rollup_progress) + INTERVAL '14 days'  -- if the five minutes go before maintenance comes
        ON CONFLICT (series, bucket) DO UPDATE SET
            total = r.total + excluded.total, min = least(r.min, excluded.min), max = greatest(r.max, excluded.max),
            count = r.count + excluded.count, last = CASE WHEN excluded.last_at > r.last_at THEN excluded.last ELSE r.last END,
            last_at = greatest(r.last_at, excluded.last_at);
        DROP MATERIALIZED VIEW rolled_1h_before;
        PERFORM remove_continuous_aggregate_policy('rolled_5m_before', if_exists => true);
    END IF;
END
$$;

-- Readings that are not converted yet (0028_stored_reading.sql), with the kind of mean of their series; most often there are none.
CREATE VIEW unconverted_reading AS
SELECT NULL::integer AS series, NULL::timestamptz AS measured_at, NULL::smallint AS averaging, NULL::float8 AS value WHERE false;
CREATE VIEW averaged_reading AS
SELECT series, measured_at, averaging, reading_value(value, decimals, fine) AS value FROM stored_reading
UNION ALL
SELECT series, measured_at, averaging, value FROM unconverted_reading;
COMMENT ON VIEW averaged_reading IS 'Every reading with the kind of mean that its quantity has';
-- Five minutes of readings that were gone before this migration, from the continuous aggregate that the Community edition had.
CREATE VIEW archived_share AS
SELECT NULL::integer AS series, NULL::smallint AS averaging, NULL::timestamptz AS bucket, NULL::float8 AS total, NULL::float8 AS sine,
       NULL::float8 AS min, NULL::float8 AS max, NULL::bigint AS count, NULL::float8 AS last, NULL::timestamptz AS last_at,
       NULL::boolean AS is_by_message WHERE false;
DO $$
BEGIN
    IF to_regclass('reading_before') IS NOT NULL THEN
        CREATE OR REPLACE VIEW unconverted_reading AS
        SELECT before.series, before.measured_at, series.averaging, before.value
        FROM reading_before AS before JOIN series ON series.id = before.series
        WHERE before.measured_at >= (SELECT conversion.converted_until FROM conversion);
    END IF;
    IF to_regclass('rolled_5m_before') IS NOT NULL THEN
        CREATE OR REPLACE VIEW archived_share AS
        SELECT rolled.series, series.averaging, rolled.bucket, rolled.count * mean_share(rolled.avg, series.averaging) AS total,
               CASE series.averaging WHEN 3 THEN rolled.count * sind(rolled.avg) END AS sine, rolled.min, rolled.max, rolled.count,
               rolled.last, rolled.last_at, rolled.count > 1 AND series.averaging > 1 AS is_by_message
        FROM rolled_5m_before AS rolled JOIN series ON series.id = rolled.series
        WHERE rolled.bucket < (SELECT archived_until FROM rollup_progress);
    END IF;
END
$$;
CREATE VIEW folded_share AS
SELECT folded.series, series.averaging, folded.bucket,
       CASE WHEN folded.is_by_message THEN folded.count * mean_share(share_mean(folded.total, folded.count), series.averaging) ELSE folded.total END AS total,
       CASE WHEN folded.is_by_message AND series.averaging = 3 THEN folded.count * sind(share_mean(folded.total, folded.count)) ELSE folded.sine END AS sine,
       folded.min, folded.max, folded.count, folded.last, folded.last_at,
       folded.is_by_message AND folded.count > 1 AND series.averaging > 1 AS is_by_message
FROM folded_5m AS folded JOIN series ON series.id = folded.series;
COMMENT ON VIEW folded_share IS 'folded_5m as sums of shares';

-- Five minutes: the mean of their readings. A bucket may be half folded and half not, so both are added up. A condition on `series`
-- reaches the index of the readings; one on `bucket` does not, because PostgreSQL cannot see that it is about measured_at.
CREATE VIEW five_minutes AS
SELECT series, max(averaging) AS averaging, bucket, mean_of(max(averaging), share_mean(sum(total), sum(count)), share_mean(sum(sine), sum(count))) AS avg,
       min(min) AS min, max(max) AS max, sum(count)::bigint AS count, (array_agg(last ORDER BY last_at DESC))[1] AS last,
       max(last_at) AS last_at, bool_or(is_by_message) AS is_by_message
FROM (
    SELECT series, averaging, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00') AS bucket, mean_share(reading_value(value, decimals, fine), averaging) AS total,
           CASE averaging WHEN 3 THEN sind(reading_value(value, decimals, fine)) END AS sine,
           reading_value(value, decimals, fine) AS min, reading_value(value, decimals, fine) AS max, 1::float8 AS count,
           reading_value(value, decimals, fine) AS last, measured_at AS last_at, false AS is_by_message
    FROM stored_reading
    UNION ALL
    SELECT series, averaging, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00'), mean_share(value, averaging), CASE averaging WHEN 3 THEN sind(value) END, value, value, 1::float8, value,
           measured_at, false
    FROM unconverted_reading
    UNION ALL
    SELECT series, averaging, bucket, total, sine, min, max, count::float8, last, last_at, is_by_message FROM folded_share
) AS part
GROUP BY series, bucket;
COMMENT ON VIEW five_minutes IS 'reading_5m with the kind of mean, for what is made of it';

-- The same rows with since <= bucket < until, and with both bounds in the index. It is inlined: a caller's query is planned with
-- the text below in it.
CREATE FUNCTION five_minutes_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF five_minutes
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, max(averaging) AS averaging, bucket, mean_of(max(averaging), share_mean(sum(total), sum(count)), share_mean(sum(sine), sum(count))) AS avg,
       min(min) AS min, max(max) AS max, sum(count)::bigint AS count, (array_agg(last ORDER BY last_at DESC))[1] AS last,
       max(last_at) AS last_at, bool_or(is_by_message) AS is_by_message
FROM (
    SELECT series, averaging, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00') AS bucket, mean_share(reading_value(value, decimals, fine), averaging) AS total,
           CASE averaging WHEN 3 THEN sind(reading_value(value, decimals, fine)) END AS sine,
           reading_value(value, decimals, fine) AS min, reading_value(value, decimals, fine) AS max, 1::float8 AS count,
           reading_value(value, decimals, fine) AS last, measured_at AS last_at, false AS is_by_message
    FROM stored_reading WHERE measured_at >= $2 AND measured_at < $3 + INTERVAL '5 minutes'
    UNION ALL
    SELECT series, averaging, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00'), mean_share(value, averaging), CASE averaging WHEN 3 THEN sind(value) END, value, value, 1::float8, value,
           measured_at, false
    FROM unconverted_reading WHERE measured_at >= $2 AND measured_at < $3 + INTERVAL '5 minutes'
    UNION ALL
    SELECT series, averaging, bucket, total, sine, min, max, count::float8, last, last_at, is_by_message FROM folded_share
) AS part
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
GROUP BY series, bucket
$$;
-- What hours are made of: five minutes as the readings say them at this moment.
CREATE FUNCTION five_minutes_now(series integer[], since timestamptz, until timestamptz) RETURNS SETOF five_minutes
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, averaging, bucket, avg, min, max, count, last, last_at, is_by_message FROM five_minutes_between($1, $2, $3)
$$;

CREATE VIEW reading_5m AS
SELECT series, bucket, avg, min, max, count, last, last_at, 1::float8 AS coverage, true AS is_valid, is_by_message,
       CASE averaging WHEN 0 THEN last - min END AS growth
FROM five_minutes;
COMMENT ON VIEW reading_5m IS 'Five minutes: the mean of their readings, of the kind that the quantity has';
CREATE FUNCTION reading_5m_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_5m
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, avg, min, max, count, last, last_at, 1::float8 AS coverage, true AS is_valid, is_by_message,
       CASE averaging WHEN 0 THEN last - min END AS growth
FROM five_minutes_between($1, $2, $3)
$$;

-- Hours: the equal mean of their five minutes. These are computed now; maintenance stores them.
CREATE FUNCTION hours_now(series integer[], since timestamptz, until timestamptz) RETURNS TABLE (
    series integer, bucket timestamptz, avg float8, min float8, max float8, count bigint, last float8, last_at timestamptz,
    heard smallint, is_by_message boolean, growth float8)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT part.series, date_bin('1 hour', part.bucket, '2000-01-01 00:00:00+00') AS bucket,
       mean_of(max(part.averaging), share_mean(sum(mean_share(part.avg, part.averaging)), count(part.avg)),
               share_mean(sum(CASE part.averaging WHEN 3 THEN sind(part.avg) END), count(part.avg))),
       min(part.min), max(part.max), sum(part.count)::bigint, (array_agg(part.last ORDER BY part.last_at DESC))[1], max(part.last_at),
       bit_or(1 << (date_part('epoch', part.bucket)::bigint / 300 % 12)::integer)::smallint, bool_or(part.is_by_message),
       CASE max(part.averaging) WHEN 0 THEN (array_agg(part.last ORDER BY part.last_at DESC))[1] - min(part.min) END
FROM five_minutes_now($1, $2, $3) AS part
GROUP BY 1, 2
$$;
COMMENT ON FUNCTION hours_now IS 'Whole hours as they are made of five minutes at this moment; since and until are whole hours';
CREATE FUNCTION hour_coverage(heard smallint, count bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT coalesce(bit_count($1::integer::bit(12)), least($2, 12)) / 12::float8  -- what was not noted before 0029 is that at most
$$;

-- Stored hours, those that are younger, and those that got readings since they were stored. Of late readings for hours that are older
-- than all five minutes nothing can be computed: maintenance adds them (fold_hours.sql).
CREATE VIEW reading_1h AS
SELECT stored.series, stored.bucket, CASE WHEN stored.total IS NULL THEN stored.avg ELSE share_mean(stored.total, stored.count) END AS avg,
       stored.min, stored.max, stored.count, stored.last, stored.last_at, hour_coverage(stored.heard, stored.count) AS coverage,
       hour_coverage(stored.heard, stored.count) >= 0.75 AS is_valid, stored.is_by_message, stored.growth
FROM rolled_1h AS stored
WHERE stored.bucket < (SELECT hours_until FROM rollup_progress)
  AND NOT EXISTS (SELECT FROM late_hour AS late WHERE late.series = stored.series AND late.bucket = stored.bucket
                  AND late.bucket >= coalesce((SELECT since FROM retention WHERE relation = 'reading_5m'), '-infinity'))
UNION ALL
SELECT part.series, date_bin('1 hour', part.bucket, '2000-01-01 00:00:00+00'),
       mean_of(max(part.averaging), share_mean(sum(mean_share(part.avg, part.averaging)), count(part.avg)),
               share_mean(sum(CASE part.averaging WHEN 3 THEN sind(part.avg) END), count(part.avg))),
       min(part.min), max(part.max), sum(part.count)::bigint, (array_agg(part.last ORDER BY part.last_at DESC))[1], max(part.last_at),
       count(*) / 12::float8, count(*) >= 9, bool_or(part.is_by_message),
       CASE max(part.averaging) WHEN 0 THEN (array_agg(part.last ORDER BY part.last_at DESC))[1] - min(part.min) END
FROM five_minutes AS part
WHERE part.bucket >= (SELECT hours_until FROM rollup_progress)
GROUP BY 1, 2
UNION ALL
SELECT hour.series, hour.bucket, hour.avg, hour.min, hour.max, hour.count, hour.last, hour.last_at, hour_coverage(hour.heard, hour.count),
       hour_coverage(hour.heard, hour.count) >= 0.75, hour.is_by_message, hour.growth
FROM (SELECT DISTINCT late_hour.series, late_hour.bucket FROM late_hour, rollup_progress
      WHERE late_hour.bucket < rollup_progress.hours_until
        AND late_hour.bucket >= coalesce((SELECT since FROM retention WHERE relation = 'reading_5m'), '-infinity')) AS late
CROSS JOIN LATERAL hours_now(ARRAY[late.series], late.bucket, late.bucket + INTERVAL '1 hour') AS hour;
COMMENT ON VIEW reading_1h IS 'Hours: the equal mean of their five minutes, with how many of the twelve were heard';

-- The same rows over a window. The bounds, and how far hours are stored, are constants where the inner statement is planned, whatever
-- the caller knew when its own was planned (now(), a subquery); parts that cannot have rows are not in it.
CREATE FUNCTION reading_1h_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_1h
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    stored_until timestamptz;
    five_since   timestamptz;
    is_late      boolean;
    text         text := '';
BEGIN
    SELECT hours_until INTO stored_until FROM rollup_progress;
    SELECT coalesce(max(retention.since), '-infinity') INTO five_since FROM retention WHERE relation = 'reading_5m';
    IF since < stored_until THEN
        SELECT EXISTS (SELECT FROM late_hour AS late WHERE late.series = ANY ($1) AND late.bucket >= greatest($2, five_since)
                       AND late.bucket < least($3, stored_until)) INTO is_late;
        text := $q$SELECT stored.series, stored.bucket, CASE WHEN stored.total IS NULL THEN stored.avg ELSE share_mean(stored.total, stored.count) END,
                          stored.min, stored.max, stored.count, stored.last, stored.last_at, hour_coverage(stored.heard, stored.count),
                          hour_coverage(stored.heard, stored.count) >= 0.75, stored.is_by_message, stored.growth
                   FROM rolled_1h AS stored
                   WHERE stored.series = ANY ($1) AND stored.bucket >= $2 AND stored.bucket < least($3, $4)$q$;
        IF is_late THEN
            text := text || $q$ AND NOT EXISTS (SELECT FROM late_hour AS late WHERE late.series = stored.series
                                                AND late.bucket = stored.bucket AND late.bucket >= $5)
                UNION ALL
                SELECT hour.series, hour.bucket, hour.avg, hour.min, hour.max, hour.count, hour.last, hour.last_at,
                       hour_coverage(hour.heard, hour.count), hour_coverage(hour.heard, hour.count) >= 0.75, hour.is_by_message, hour.growth
                FROM (SELECT DISTINCT late.series, late.bucket FROM late_hour AS late WHERE late.series = ANY ($1)
                      AND late.bucket >= greatest($2, $5) AND late.bucket < least($3, $4)) AS late
                CROSS JOIN LATERAL hours_now(ARRAY[late.series], late.bucket, late.bucket + INTERVAL '1 hour') AS hour$q$;
        END IF;
    END IF;
    IF until > stored_until THEN
        text := text || CASE WHEN text = '' THEN '' ELSE ' UNION ALL ' END
            || $q$SELECT hour.series, hour.bucket, hour.avg, hour.min, hour.max, hour.count, hour.last, hour.last_at,
                         hour_coverage(hour.heard, hour.count), hour_coverage(hour.heard, hour.count) >= 0.75, hour.is_by_message, hour.growth
                  FROM hours_now($1, date_bin('1 hour', greatest($2, $4), '2000-01-01 00:00:00+00'),
                                 date_bin('1 hour', $3, '2000-01-01 00:00:00+00') + INTERVAL '1 hour') AS hour
                  WHERE hour.bucket >= $2 AND hour.bucket < $3$q$;
    END IF;
    IF text <> '' THEN
        RETURN QUERY EXECUTE text USING series, since, until, stored_until, five_since;
    END IF;
END
$$;

-- Days: the equal mean of their hours. A day has 23, 24 or 25 of them; an hour belongs to the day in which it begins.
CREATE FUNCTION civil_day_hours(day timestamptz, zone text) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT round(date_part('epoch', (date_trunc('day', $1 AT TIME ZONE $2) + INTERVAL '1 day') AT TIME ZONE $2 - $1) / 3600)::integer
$$;
COMMENT ON FUNCTION civil_day_hours IS 'How many hours the day has that begins then in this zone';
CREATE FUNCTION days_now(series integer[], since timestamptz, until timestamptz, zone text) RETURNS SETOF reading_1h
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT day.series, day.bucket, day.avg, day.min, day.max, day.count, day.last, day.last_at, day.coverage, day.coverage >= 0.75,
       day.is_by_message, day.growth
FROM (
    SELECT hour.series, hour.day AS bucket,
           mean_of(series.averaging, share_mean(sum(mean_share(hour.avg, series.averaging)), count(hour.avg)),
                   share_mean(sum(CASE series.averaging WHEN 3 THEN sind(hour.avg) END), count(hour.avg))) AS avg,
           min(hour.min) AS min, max(hour.max) AS max, sum(hour.count)::bigint AS count,
           (array_agg(hour.last ORDER BY hour.last_at DESC))[1] AS last, max(hour.last_at) AS last_at,
           count(*) / civil_day_hours(hour.day, $4)::float8 AS coverage, bool_or(hour.is_by_message) AS is_by_message,
           CASE series.averaging WHEN 0 THEN (array_agg(hour.last ORDER BY hour.last_at DESC))[1] - min(hour.min) END AS growth
    FROM (SELECT *, date_trunc('day', bucket, $4) AS day FROM reading_1h_between($1, $2, $3 + INTERVAL '26 hours')) AS hour
    JOIN series ON series.id = hour.series
    WHERE hour.day >= $2 AND hour.day < $3
    GROUP BY hour.series, hour.day, series.averaging
) AS day
$$;
COMMENT ON FUNCTION days_now IS 'Days of any zone as they are made of hours at this moment, with since <= bucket < until';

-- Of the civil zone and of UTC from what is stored, as hours are; of any other zone from hours.
CREATE FUNCTION reading_days_between(series integer[], since timestamptz, until timestamptz, zone text) RETURNS SETOF reading_1h
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    stored_until timestamptz;
    is_late      boolean;
    text         text := '';
    columns      text := 'series, bucket, avg, min, max, count, last, last_at, coverage, coverage >= 0.75, is_by_message, growth';
BEGIN
    SELECT CASE WHEN zone = 'UTC' THEN progress.utc_days_until WHEN zone = civil.name THEN progress.days_until ELSE '-infinity' END
    INTO stored_until FROM rollup_progress AS progress, civil_zone AS civil;
    IF since < stored_until THEN
        SELECT EXISTS (SELECT FROM late_hour AS late WHERE late.series = ANY ($1) AND late.bucket >= $2
                       AND late.bucket < least($3 + INTERVAL '26 hours', stored_until)) INTO is_late;
        text := format('SELECT %s FROM rolled_1d AS stored WHERE series = ANY ($1) AND is_utc = %L AND bucket >= $2 AND bucket < least($3, $4)',
                       columns, zone = 'UTC');
        IF is_late THEN
            text := text || format($q$ AND NOT EXISTS (SELECT FROM late_hour AS late WHERE late.series = stored.series
                                                       AND date_trunc('day', late.bucket, $5) = stored.bucket)
                UNION ALL
                SELECT %s FROM (SELECT DISTINCT late.series AS of, date_trunc('day', late.bucket, $5) AS day FROM late_hour AS late
                                WHERE late.series = ANY ($1) AND late.bucket >= $2 AND late.bucket < $4) AS late
                CROSS JOIN LATERAL days_now(ARRAY[late.of], late.day, late.day + INTERVAL '1 hour', $5)
                WHERE late.day >= $2 AND late.day < least($3, $4)$q$, columns);
        END IF;
    END IF;
    IF until > stored_until THEN
        text := text || CASE WHEN text = '' THEN '' ELSE ' UNION ALL ' END
            || format('SELECT %s FROM days_now($1, greatest($2, $4), $3, $5)', columns);
    END IF;
    IF text <> '' THEN
        RETURN QUERY EXECUTE text USING series, since, until, stored_until, zone;
    END IF;
END
$$;
COMMENT ON FUNCTION reading_days_between IS 'Days of an IANA time zone with since <= bucket < until: the equal mean of their hours';

CREATE VIEW reading_1d AS
SELECT series, bucket, avg, min, max, count, last, last_at, coverage, coverage >= 0.75 AS is_valid, is_by_message, growth
FROM rolled_1d AS stored
WHERE NOT is_utc AND bucket < (SELECT days_until FROM rollup_progress)
  AND NOT EXISTS (SELECT FROM late_hour AS late CROSS JOIN civil_zone AS civil
                  WHERE late.series = stored.series AND date_trunc('day', late.bucket, civil.name) = stored.bucket)
UNION ALL
SELECT day.series, day.bucket, day.avg, day.min, day.max, day.count, day.last, day.last_at, day.coverage, day.coverage >= 0.75,
       day.is_by_message, day.growth
FROM (
    SELECT hour.series, hour.day AS bucket,
           mean_of(series.averaging, share_mean(sum(mean_share(hour.avg, series.averaging)), count(hour.avg)),
                   share_mean(sum(CASE series.averaging WHEN 3 THEN sind(hour.avg) END), count(hour.avg))) AS avg,
           min(hour.min) AS min, max(hour.max) AS max, sum(hour.count)::bigint AS count,
           (array_agg(hour.last ORDER BY hour.last_at DESC))[1] AS last, max(hour.last_at) AS last_at,
           count(*) / civil_day_hours(hour.day, hour.zone)::float8 AS coverage, bool_or(hour.is_by_message) AS is_by_message,
           CASE series.averaging WHEN 0 THEN (array_agg(hour.last ORDER BY hour.last_at DESC))[1] - min(hour.min) END AS growth
    FROM (SELECT reading_1h.*, civil.name AS zone, date_trunc('day', reading_1h.bucket, civil.name) AS day
          FROM reading_1h CROSS JOIN civil_zone AS civil
          WHERE reading_1h.bucket >= (SELECT days_until FROM rollup_progress)) AS hour
    JOIN series ON series.id = hour.series
    GROUP BY hour.series, hour.day, hour.zone, series.averaging
    UNION ALL
    SELECT late_day.series, late_day.bucket, late_day.avg, late_day.min, late_day.max, late_day.count, late_day.last, late_day.last_at,
           late_day.coverage, late_day.is_by_message, late_day.growth
    FROM (SELECT DISTINCT late.series, date_trunc('day', late.bucket, civil.name) AS day, civil.name AS zone
          FROM late_hour AS late CROSS JOIN civil_zone AS civil) AS late
    CROSS JOIN LATERAL days_now(ARRAY[late.series], late.day, late.day + INTERVAL '1 hour', late.zone) AS late_day
    WHERE late.day < (SELECT days_until FROM rollup_progress)
) AS day;
COMMENT ON VIEW reading_1d IS 'Civil days of civil_zone: the equal mean of their hours, valid with three quarters of them';

CREATE FUNCTION reading_1d_between(series integer[], since timestamptz, until timestamptz) RETURNS SETOF reading_1d
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, avg, min, max, count, last, last_at, coverage, is_valid, is_by_message, growth
FROM reading_days_between($1, $2, $3, (SELECT name FROM civil_zone))
$$;

-- What a chart asks: the rollup that fits the width of its points, so that a long time is read from few rows.
CREATE FUNCTION reading_points_between(series integer[], since timestamptz, until timestamptz, width_ms bigint) RETURNS SETOF reading_5m
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT series, bucket, avg, min, max, count, last, last_at, coverage, is_valid, is_by_message, growth
FROM reading_5m_between($1, $2, $3) WHERE $4 < 1800000
UNION ALL
SELECT series, bucket, avg, min, max, count, last, last_at, coverage, is_valid, is_by_message, growth
FROM reading_1h_between($1, $2, $3) WHERE $4 >= 1800000 AND $4 < 21600000
UNION ALL
SELECT series, bucket, avg, min, max, count, last, last_at, coverage, is_valid, is_by_message, growth
FROM reading_1d_between($1, $2, $3) WHERE $4 >= 21600000
$$;
COMMENT ON FUNCTION reading_points_between IS 'Five minutes, from a width of half an hour on hours, from six hours on days; since until before until';

-- The last step of storage/conversion.py, as in 0028_stored_reading.sql with what averages. The continuous aggregate over
-- reading_before holds the five minutes of readings that are gone: both stay, empty and not, until these are too old as well.
CREATE OR REPLACE FUNCTION finish_conversion() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    LOCK TABLE conversion IN ACCESS EXCLUSIVE MODE;
    IF (SELECT conversion.converted_until <= conversion.newest_at FROM conversion) THEN
        RAISE 'readings from before are not converted yet' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    CREATE OR REPLACE VIEW reading AS
    SELECT measured_at, reading_value(value, decimals, fine) AS value, series, delay_s, coalesce(flag, 0::smallint) AS flag
    FROM stored_reading;
    CREATE OR REPLACE VIEW unconverted_reading AS
    SELECT NULL::integer AS series, NULL::timestamptz AS measured_at, NULL::smallint AS averaging, NULL::float8 AS value WHERE false;
    DELETE FROM conversion;
    PERFORM drop_archive();
END
$$;
CREATE FUNCTION drop_archive() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF to_regclass('rolled_5m_before') IS NOT NULL THEN
        IF EXISTS (SELECT FROM rollup_progress WHERE archived_until > coalesce(
                (SELECT since FROM retention WHERE relation = 'reading_5m'), '-infinity')) THEN
            RETURN;
        END IF;
        CREATE OR REPLACE VIEW archived_share AS
        SELECT NULL::integer AS series, NULL::smallint AS averaging, NULL::timestamptz AS bucket, NULL::float8 AS total, NULL::float8 AS sine,
               NULL::float8 AS min, NULL::float8 AS max, NULL::bigint AS count, NULL::float8 AS last, NULL::timestamptz AS last_at,
               NULL::boolean AS is_by_message WHERE false;
        DROP MATERIALIZED VIEW rolled_5m_before;
    END IF;
    IF NOT EXISTS (SELECT FROM conversion) THEN
        DROP TABLE IF EXISTS reading_before;
    END IF;
END
$$;
COMMENT ON FUNCTION drop_archive IS 'Drops what is left from before 0028 and 0029 once nothing of it is needed any more';
REVOKE ALL ON FUNCTION drop_archive FROM PUBLIC;

-- As in 0028_stored_reading.sql; a reading for an hour that is stored is noted, as ingest does.
CREATE OR REPLACE FUNCTION insert_reading() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    form   record;
    stored integer;
BEGIN
    IF EXISTS (SELECT FROM reading WHERE reading.series = NEW.series AND reading.measured_at = NEW.measured_at) THEN
        RAISE unique_violation USING MESSAGE = format('series %s has a reading of %s already', NEW.series, NEW.measured_at);
    END IF;
    SELECT coalesce(max(series.decimals), 0::smallint) AS decimals, coalesce(max(series.averaging), 0::smallint) AS averaging
    INTO form FROM series WHERE series.id = NEW.series;
    stored := stored_value(NEW.value, form.decimals);
    INSERT INTO stored_reading (measured_at, series, value, delay_s, decimals, averaging, flag, fine)
    VALUES (NEW.measured_at, NEW.series, stored, NEW.delay_s, form.decimals, form.averaging, nullif(NEW.flag, 0::smallint),
            fine_value(NEW.value, stored, form.decimals));
    INSERT INTO late_hour (series, bucket)
    SELECT NEW.series, date_bin('1 hour', NEW.measured_at, '2000-01-01 00:00:00+00') FROM rollup_progress WHERE NEW.measured_at < late_before;
    RETURN NEW;
END
$$;

-- As in 0028_stored_reading.sql, with the new names.
CREATE OR REPLACE PROCEDURE hand_over() LANGUAGE plpgsql AS $$
DECLARE
    relation record;
    job      record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kiezbox_maintain')
       OR NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        RETURN;
    END IF;
    FOR relation IN
        SELECT class.relname AS name, class.relkind AS kind FROM pg_class AS class
        WHERE class.relnamespace = current_schema()::regnamespace AND class.relowner <> 'kiezbox_maintain'::regrole
          AND class.relname IN ('stored_reading', 'reading_before', 'rolled_5m', 'rolled_5m_before', 'rolled_1h')
    LOOP
        FOR job IN
            SELECT found.job_id AS id FROM timescaledb_information.jobs AS found
            LEFT JOIN timescaledb_information.continuous_aggregates AS rollup
                   ON found.hypertable_name IN (rollup.view_name, rollup.materialization_hypertable_name)
            WHERE relation.name = coalesce(rollup.view_name, found.hypertable_name)
              AND coalesce(rollup.view_schema, found.hypertable_schema) = current_schema()
        LOOP
            PERFORM delete_job(job.id);
        END LOOP;
        EXECUTE format('ALTER %s %I OWNER TO kiezbox_maintain',
                       CASE relation.kind WHEN 'v' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, relation.name);
    END LOOP;
END
$$;

-- As in 0012_sight.sql, with what there is now.
CREATE OR REPLACE PROCEDURE grant_sight(reader name) LANGUAGE plpgsql AS $$
DECLARE
    relation text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), reader);
    FOREACH relation IN ARRAY ARRAY['box', 'quantity', 'series', 'reading', 'latest', 'status', 'message_ledger', 'progress',
        'retention', 'removed', 'folded_5m', 'reading_5m', 'reading_1h', 'reading_1d', 'rolled_1h', 'rolled_1d',
        'five_minutes', 'averaged_reading', 'unconverted_reading', 'folded_share', 'archived_share', 'late_hour', 'rollup_progress',
        'civil_zone', 'stored_reading', 'conversion', 'limit_source', 'limit_value', 'quantity_class', 'bad_position',
        'schema_migration', 'box_state', 'crisis_call', 'crisis_notice', 'crisis_change', 'storage_state'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO %I', relation, reader);
    END LOOP;
    FOREACH relation IN ARRAY ARRAY['rolled_5m', 'outage'] LOOP  -- of the Community edition; of 0031_outage.sql
        IF to_regclass(relation) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON %I TO %I', relation, reader);
        END IF;
    END LOOP;
    EXECUTE format('GRANT SELECT (id, received_at, box, topic, reason, detail, readings) ON reject TO %I', reader);
END
$$;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'kiezbox_reader') THEN
        CALL grant_sight('kiezbox_reader');
    END IF;
END
$$;
