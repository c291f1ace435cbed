CREATE FUNCTION public.area_text(area text, language text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT CASE WHEN $1 = 'all' THEN CASE $2 WHEN 'en' THEN 'whole city' ELSE 'ganze Stadt' END
            ELSE coalesce((SELECT district.name FROM district WHERE 'district-' || lpad(to_hex(district.id::integer), 2, '0') = $1),
                          (SELECT box.name FROM box WHERE box.id = $1),
                          CASE WHEN $1 ~ '^district-[0-9a-f]{2}$' THEN CASE $2 WHEN 'en' THEN 'Boxes ' ELSE 'Boxen ' END || substr($1, 10) || '-…'
                               ELSE $1 END) END
$_$;
COMMENT ON FUNCTION public.area_text(area text, language text) IS 'An area in words: its name, or Boxen 71-… for district-71';
CREATE FUNCTION public.backup_state() RETURNS TABLE(name text, every interval, succeeded_at timestamp with time zone, failed_at timestamp with time zone, failures bigint, failure text, is_failing boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
SELECT b.name, b.every, b.succeeded_at, b.failed_at, b.failures,
       CASE WHEN state.has_failed THEN b.failure WHEN state.is_overdue THEN 'it is overdue: nothing was noted since' ELSE b.failure END,
       state.has_failed OR state.is_overdue
FROM backup AS b
CROSS JOIN LATERAL (
    SELECT coalesce(b.failed_at > coalesce(b.succeeded_at, '-infinity'), false) AS has_failed,
           coalesce(b.succeeded_at, b.noted_at) + b.every * 1.25 < now() AS is_overdue
) AS state
$$;
COMMENT ON FUNCTION public.backup_state() IS 'Backups: last success, failures, and whether they fail or are overdue now';
CREATE FUNCTION public.civil_day_hours(day timestamp with time zone, zone text) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT round(date_part('epoch', (date_trunc('day', $1 AT TIME ZONE $2) + INTERVAL '1 day') AT TIME ZONE $2 - $1) / 3600)::integer
$_$;
COMMENT ON FUNCTION public.civil_day_hours(day timestamp with time zone, zone text) IS 'How many hours the day has that begins then in this zone';
CREATE FUNCTION public.count_publication() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE publication SET version = version + 1;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.count_publication() IS 'A trigger: what everybody may see has changed';
CREATE FUNCTION public.hour_coverage(heard smallint, count bigint) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT coalesce(bit_count($1::integer::bit(12)), least($2, 12)) / 12::float8  -- what was not noted before 0029 is that at most
$_$;
CREATE FUNCTION public.hours_now(series integer[], since timestamp with time zone, until timestamp with time zone) RETURNS TABLE(series integer, bucket timestamp with time zone, avg double precision, min double precision, max double precision, count bigint, last double precision, last_at timestamp with time zone, heard smallint, is_by_message boolean, growth double precision)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT part.series, date_bin('1 hour', part.bucket, '2000-01-01 00:00:00+00') AS bucket,
       mean_of(max(part.averaging), share_mean(sum(mean_share(part.avg, part.averaging)), count(part.avg)),
               share_mean(sum(CASE part.averaging WHEN 3 THEN sind(part.avg) END), count(part.avg))),
       min(part.min), max(part.max), sum(part.count)::bigint, (array_agg(part.last ORDER BY part.last_at DESC))[1], max(part.last_at),
       bit_or(1 << (date_part('epoch', part.bucket)::bigint / 300 % 12)::integer)::smallint, bool_or(part.is_by_message),
       CASE max(part.averaging) WHEN 0 THEN (array_agg(part.last ORDER BY part.last_at DESC))[1] - min(part.min) END
FROM five_minutes_now($1, $2, $3) AS part
GROUP BY 1, 2
$_$;
COMMENT ON FUNCTION public.hours_now(series integer[], since timestamp with time zone, until timestamp with time zone) IS 'Whole hours as they are made of five minutes at this moment; since and until are whole hours';
CREATE FUNCTION public.mean_of(averaging smallint, share double precision, sine double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT CASE $1 WHEN 1 THEN $2 WHEN 2 THEN 10 * log($2)
               WHEN 3 THEN CASE WHEN $2 * $2 + $3 * $3 >= 1e-18 THEN
                   round(CASE WHEN $3 < -1e-11 * abs($2) THEN 360 + atan2d($3, $2) ELSE abs(atan2d($3, $2)) END * 1e9) / 1e9 END END
$_$;
COMMENT ON FUNCTION public.mean_of(averaging smallint, share double precision, sine double precision) IS 'The mean of the kind from the mean share, and of directions also from the mean sine; null for totals';
CREATE FUNCTION public.mean_share(value double precision, averaging smallint) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT CASE $2 WHEN 1 THEN $1 WHEN 2 THEN exp(least(greatest($1, -1000), 1000) * 0.23025850929940457) WHEN 3 THEN cosd($1) ELSE 0 END
$_$;
COMMENT ON FUNCTION public.mean_share(value double precision, averaging smallint) IS 'What a value adds to the sum of which mean_of makes a mean; of a direction its cosine';
CREATE FUNCTION public.reading_value(value integer, decimals smallint, fine double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT coalesce($3, $1 / CASE $2 WHEN 1 THEN 10::float8 WHEN 0 THEN 1 WHEN 2 THEN 100 WHEN 3 THEN 1000 ELSE 10::float8 ^ $2 END)
$_$;
COMMENT ON FUNCTION public.reading_value(value integer, decimals smallint, fine double precision) IS 'The value of a row of stored_reading, as it was sent';
CREATE FUNCTION public.share_mean(total double precision, count double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT CASE WHEN abs($1) < 1e-280 THEN 0 ELSE $1 / $2 END  -- PostgreSQL refuses a quotient that is too small for a double
$_$;
COMMENT ON FUNCTION public.share_mean(total double precision, count double precision) IS 'The mean of so many shares from their sum';
CREATE TABLE public.folded_5m (
    bucket timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    total double precision NOT NULL,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    count bigint NOT NULL,
    series integer NOT NULL,
    sine double precision,
    is_by_message boolean DEFAULT false NOT NULL
);
COMMENT ON COLUMN public.folded_5m.total IS 'The sum of the shares (mean_share); where is_by_message, of the values';
CREATE TABLE public.series (
    id integer NOT NULL,
    box text NOT NULL,
    source text NOT NULL,
    quantity text NOT NULL,
    decimals smallint NOT NULL,
    averaging smallint NOT NULL,
    CONSTRAINT series_averaging_check CHECK (((averaging >= 0) AND (averaging <= 3))),
    CONSTRAINT series_decimals_check CHECK (((decimals >= 0) AND (decimals <= 6)))
);
COMMENT ON COLUMN public.series.decimals IS 'Readings that come are kept with so many decimals; a series that turns out finer is given more';
COMMENT ON COLUMN public.series.averaging IS '0 none (totals), 1 arithmetic, 2 energetic, 3 circular: its quantity''s when the series was made';
CREATE VIEW public.folded_share AS
 SELECT folded.series,
    series.averaging,
    folded.bucket,
        CASE
            WHEN folded.is_by_message THEN ((folded.count)::double precision * public.mean_share(public.share_mean(folded.total, (folded.count)::double precision), series.averaging))
            ELSE folded.total
        END AS total,
        CASE
            WHEN (folded.is_by_message AND (series.averaging = 3)) THEN ((folded.count)::double precision * sind(public.share_mean(folded.total, (folded.count)::double precision)))
            ELSE folded.sine
        END AS sine,
    folded.min,
    folded.max,
    folded.count,
    folded.last,
    folded.last_at,
    (folded.is_by_message AND (folded.count > 1) AND (series.averaging > 1)) AS is_by_message
   FROM (public.folded_5m folded
     JOIN public.series ON ((series.id = folded.series)));
COMMENT ON VIEW public.folded_share IS 'folded_5m as sums of shares';
CREATE TABLE public.stored_reading (
    measured_at timestamp with time zone NOT NULL,
    series integer NOT NULL,
    value integer NOT NULL,
    delay_s integer NOT NULL,
    decimals smallint NOT NULL,
    averaging smallint NOT NULL,
    flag smallint,
    fine double precision
);
COMMENT ON TABLE public.stored_reading IS 'Readings as they are kept: reading_value(value, decimals, fine) is bit for bit what was sent';
CREATE VIEW public.unconverted_reading AS
 SELECT NULL::integer AS series,
    NULL::timestamp with time zone AS measured_at,
    NULL::smallint AS averaging,
    NULL::double precision AS value
  WHERE false;
CREATE VIEW public.five_minutes AS
 SELECT series,
    max(averaging) AS averaging,
    bucket,
    public.mean_of(max(averaging), public.share_mean(sum(total), sum(count)), public.share_mean(sum(sine), sum(count))) AS avg,
    min(min) AS min,
    max(max) AS max,
    (sum(count))::bigint AS count,
    (array_agg(last ORDER BY part.last_at DESC))[1] AS last,
    max(last_at) AS last_at,
    bool_or(is_by_message) AS is_by_message
   FROM ( SELECT stored_reading.series,
            stored_reading.averaging,
            date_bin('00:05:00'::interval, stored_reading.measured_at, '2000-01-01 00:00:00+00'::timestamp with time zone) AS bucket,
            public.mean_share(public.reading_value(stored_reading.value, stored_reading.decimals, stored_reading.fine), stored_reading.averaging) AS total,
                CASE stored_reading.averaging
                    WHEN 3 THEN sind(public.reading_value(stored_reading.value, stored_reading.decimals, stored_reading.fine))
                    ELSE NULL::double precision
                END AS sine,
            public.reading_value(stored_reading.value, stored_reading.decimals, stored_reading.fine) AS min,
            public.reading_value(stored_reading.value, stored_reading.decimals, stored_reading.fine) AS max,
            (1)::double precision AS count,
            public.reading_value(stored_reading.value, stored_reading.decimals, stored_reading.fine) AS last,
            stored_reading.measured_at AS last_at,
            false AS is_by_message
           FROM public.stored_reading
        UNION ALL
         SELECT unconverted_reading.series,
            unconverted_reading.averaging,
            date_bin('00:05:00'::interval, unconverted_reading.measured_at, '2000-01-01 00:00:00+00'::timestamp with time zone) AS date_bin,
            public.mean_share(unconverted_reading.value, unconverted_reading.averaging) AS mean_share,
                CASE unconverted_reading.averaging
                    WHEN 3 THEN sind(unconverted_reading.value)
                    ELSE NULL::double precision
                END AS "case",
            unconverted_reading.value,
            unconverted_reading.value,
            (1)::double precision AS float8,
            unconverted_reading.value,
            unconverted_reading.measured_at,
            false
           FROM public.unconverted_reading
        UNION ALL
         SELECT folded_share.series,
            folded_share.averaging,
            folded_share.bucket,
            folded_share.total,
            folded_share.sine,
            folded_share.min,
            folded_share.max,
            (folded_share.count)::double precision AS count,
            folded_share.last,
            folded_share.last_at,
            folded_share.is_by_message
           FROM public.folded_share) part
  GROUP BY series, bucket;
COMMENT ON VIEW public.five_minutes IS 'reading_5m with the kind of mean, for what is made of it';
CREATE TABLE public.late_hour (
    series integer NOT NULL,
    bucket timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.late_hour IS 'Hours that are stored and got readings since: they are made anew, and computed while reading until then';
CREATE TABLE public.retention (
    relation text NOT NULL,
    since timestamp with time zone NOT NULL
);
CREATE TABLE public.rolled_1h (
    bucket timestamp with time zone CONSTRAINT folded_1h_bucket_not_null NOT NULL,
    last_at timestamp with time zone CONSTRAINT folded_1h_last_at_not_null NOT NULL,
    total double precision,
    min double precision CONSTRAINT folded_1h_min_not_null NOT NULL,
    max double precision CONSTRAINT folded_1h_max_not_null NOT NULL,
    last double precision CONSTRAINT folded_1h_last_not_null NOT NULL,
    count bigint CONSTRAINT folded_1h_count_not_null NOT NULL,
    series integer CONSTRAINT folded_1h_series_not_null NOT NULL,
    avg double precision,
    growth double precision,
    heard smallint,
    is_by_message boolean DEFAULT false NOT NULL
);
COMMENT ON TABLE public.rolled_1h IS 'Hours that are over, as the view reading_1h shows them';
COMMENT ON COLUMN public.rolled_1h.total IS 'Of hours from before 0029_means.sql: the sum of the readings; null where avg says the mean';
CREATE TABLE public.rollup_progress (
    only_row boolean DEFAULT true NOT NULL,
    late_before timestamp with time zone NOT NULL,
    hours_until timestamp with time zone NOT NULL,
    days_until timestamp with time zone NOT NULL,
    utc_days_until timestamp with time zone NOT NULL,
    archived_until timestamp with time zone NOT NULL,
    CONSTRAINT rollup_progress_only_row_check CHECK (only_row)
);
COMMENT ON TABLE public.rollup_progress IS 'How far hours and days are stored: one row';
CREATE VIEW public.reading_1h AS
 SELECT stored.series,
    stored.bucket,
        CASE
            WHEN (stored.total IS NULL) THEN stored.avg
            ELSE public.share_mean(stored.total, (stored.count)::double precision)
        END AS avg,
    stored.min,
    stored.max,
    stored.count,
    stored.last,
    stored.last_at,
    public.hour_coverage(stored.heard, stored.count) AS coverage,
    (public.hour_coverage(stored.heard, stored.count) >= (0.75)::double precision) AS is_valid,
    stored.is_by_message,
    stored.growth
   FROM public.rolled_1h stored
  WHERE ((stored.bucket < ( SELECT rollup_progress.hours_until
           FROM public.rollup_progress)) AND (NOT (EXISTS ( SELECT
           FROM public.late_hour late
          WHERE ((late.series = stored.series) AND (late.bucket = stored.bucket) AND (late.bucket >= COALESCE(( SELECT retention.since
                   FROM public.retention
                  WHERE (retention.relation = 'reading_5m'::text)), '-infinity'::timestamp with time zone)))))))
UNION ALL
 SELECT part.series,
    date_bin('01:00:00'::interval, part.bucket, '2000-01-01 00:00:00+00'::timestamp with time zone) AS bucket,
    public.mean_of(max(part.averaging), public.share_mean(sum(public.mean_share(part.avg, part.averaging)), (count(part.avg))::double precision), public.share_mean(sum(
        CASE part.averaging
            WHEN 3 THEN sind(part.avg)
            ELSE NULL::double precision
        END), (count(part.avg))::double precision)) AS avg,
    min(part.min) AS min,
    max(part.max) AS max,
    (sum(part.count))::bigint AS count,
    (array_agg(part.last ORDER BY part.last_at DESC))[1] AS last,
    max(part.last_at) AS last_at,
    ((count(*))::double precision / (12)::double precision) AS coverage,
    (count(*) >= 9) AS is_valid,
    bool_or(part.is_by_message) AS is_by_message,
        CASE max(part.averaging)
            WHEN 0 THEN ((array_agg(part.last ORDER BY part.last_at DESC))[1] - min(part.min))
            ELSE NULL::double precision
        END AS growth
   FROM public.five_minutes part
  WHERE (part.bucket >= ( SELECT rollup_progress.hours_until
           FROM public.rollup_progress))
  GROUP BY part.series, (date_bin('01:00:00'::interval, part.bucket, '2000-01-01 00:00:00+00'::timestamp with time zone))
UNION ALL
 SELECT hour.series,
    hour.bucket,
    hour.avg,
    hour.min,
    hour.max,
    hour.count,
    hour.last,
    hour.last_at,
    public.hour_coverage(hour.heard, hour.count) AS coverage,
    (public.hour_coverage(hour.heard, hour.count) >= (0.75)::double precision) AS is_valid,
    hour.is_by_message,
    hour.growth
   FROM (( SELECT DISTINCT late_hour.series,
            late_hour.bucket
           FROM public.late_hour,
            public.rollup_progress
          WHERE ((late_hour.bucket < rollup_progress.hours_until) AND (late_hour.bucket >= COALESCE(( SELECT retention.since
                   FROM public.retention
                  WHERE (retention.relation = 'reading_5m'::text)), '-infinity'::timestamp with time zone)))) late
     CROSS JOIN LATERAL public.hours_now(ARRAY[late.series], late.bucket, (late.bucket + '01:00:00'::interval)) hour(series, bucket, avg, min, max, count, last, last_at, heard, is_by_message, growth));
COMMENT ON VIEW public.reading_1h IS 'Hours: the equal mean of their five minutes, with how many of the twelve were heard';
CREATE FUNCTION public.days_now(series integer[], since timestamp with time zone, until timestamp with time zone, zone text) RETURNS SETOF public.reading_1h
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
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
$_$;
COMMENT ON FUNCTION public.days_now(series integer[], since timestamp with time zone, until timestamp with time zone, zone text) IS 'Days of any zone as they are made of hours at this moment, with since <= bucket < until';
CREATE FUNCTION public.district_text(district integer, language text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT coalesce(area_text('district-' || lpad(to_hex($1), 2, '0'), $2), '-')
$_$;
COMMENT ON FUNCTION public.district_text(district integer, language text) IS 'A district in words, by its number: 113 is 71-…; - for boxes with ids of their own';
CREATE FUNCTION public.drill_text(exercise boolean, language text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT CASE WHEN $1 THEN CASE $2 WHEN 'en' THEN 'EXERCISE: ' ELSE 'ÜBUNG: ' END ELSE '' END
$_$;
COMMENT ON FUNCTION public.drill_text(exercise boolean, language text) IS 'What stands before all that belongs to a drill; empty for everything else';
CREATE FUNCTION public.drop_archive() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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
COMMENT ON FUNCTION public.drop_archive() IS 'Drops what is left from before 0028 and 0029 once nothing of it is needed any more';
CREATE FUNCTION public.duration_text(seconds double precision) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT CASE WHEN $1 <= -1 THEN '−' ELSE '' END
    || CASE WHEN abs($1) < 60 THEN floor(abs($1))::bigint || ' s'
            WHEN abs($1) < 3600 THEN floor(abs($1) / 60)::bigint || ' min'
            WHEN abs($1) < 86400 THEN floor(abs($1) / 3600)::bigint || ' h'
                || coalesce(' ' || nullif(floor(abs($1) / 60)::bigint % 60, 0) || ' min', '')
            ELSE floor(abs($1) / 86400)::bigint || ' d' || coalesce(' ' || nullif(floor(abs($1) / 3600)::bigint % 24, 0) || ' h', '') END
$_$;
COMMENT ON FUNCTION public.duration_text(seconds double precision) IS 'Seconds as people read them in every language, two units at most: 40 s, 8 min, 3 h 5 min, 2 d 4 h';
CREATE FUNCTION public.end_long_statements(seconds double precision) RETURNS TABLE(role text, lasted_seconds double precision)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
WITH long AS MATERIALIZED (
    SELECT activity.pid, activity.usename::text AS role,
           extract(epoch FROM clock_timestamp() - CASE WHEN activity.state = 'active' THEN activity.query_start
                                                       ELSE activity.state_change END)::float8 AS lasted_seconds
    FROM pg_stat_activity AS activity
    WHERE activity.usename IN ('kiezbox_reader', 'kiezbox_api') AND activity.datname = current_database()
      AND activity.pid <> pg_backend_pid() AND (activity.state = 'active' OR activity.state LIKE 'idle in transaction%')
), ended AS MATERIALIZED (
    SELECT long.role, long.lasted_seconds, pg_terminate_backend(long.pid) AS is_ended
    FROM long WHERE long.lasted_seconds > seconds
)
SELECT ended.role, ended.lasted_seconds FROM ended WHERE ended.is_ended
$$;
COMMENT ON FUNCTION public.end_long_statements(seconds double precision) IS 'Ends connections of dashboards and of the API whose statement or open transaction lasts longer';
CREATE FUNCTION public.fine_value(value double precision, stored integer, decimals smallint) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT CASE WHEN $2 / 10::float8 ^ $3 <> $1 OR ($1 = 0 AND float8send($1) <> '\x0000000000000000') THEN $1 END  -- that is -0
$_$;
COMMENT ON FUNCTION public.fine_value(value double precision, stored integer, decimals smallint) IS 'What stored_reading.fine keeps of a value: null where the integer says it exactly';
CREATE FUNCTION public.finish_conversion() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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
COMMENT ON FUNCTION public.finish_conversion() IS 'Ends the conversion: reading_before goes, reading becomes the simple view';
CREATE FUNCTION public.five_minutes_between(series integer[], since timestamp with time zone, until timestamp with time zone) RETURNS SETOF public.five_minutes
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
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
$_$;
CREATE FUNCTION public.five_minutes_now(series integer[], since timestamp with time zone, until timestamp with time zone) RETURNS SETOF public.five_minutes
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT series, averaging, bucket, avg, min, max, count, last, last_at, is_by_message FROM five_minutes_between($1, $2, $3)
$_$;
CREATE PROCEDURE public.grant_sight(IN reader name)
    LANGUAGE plpgsql
    AS $$
DECLARE
    relation text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), reader);
    FOREACH relation IN ARRAY ARRAY['box', 'place', 'quantity', 'series', 'reading', 'latest', 'status', 'message_ledger', 'progress',
        'retention', 'removed', 'folded_5m', 'reading_5m', 'reading_1h', 'reading_1d', 'rolled_1h', 'rolled_1d',
        'five_minutes', 'averaged_reading', 'unconverted_reading', 'folded_share', 'archived_share', 'late_hour', 'rollup_progress',
        'civil_zone', 'stored_reading', 'conversion', 'limit_source', 'limit_value', 'quantity_class', 'bad_position',
        'schema_migration', 'box_state', 'crisis_call', 'crisis_notice', 'crisis_change', 'crisis_incident', 'crisis_duty',
        'storage_state', 'alarm', 'alarm_list', 'open_alarm'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO %I', relation, reader);
    END LOOP;
    FOREACH relation IN ARRAY ARRAY['rolled_5m', 'outage', 'district'] LOOP  -- of the Community edition; of 0031_outage.sql and 0039_district.sql
        IF to_regclass(relation) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON %I TO %I', relation, reader);
        END IF;
    END LOOP;
    EXECUTE format('GRANT SELECT (id, received_at, box, topic, reason, detail, readings) ON reject TO %I', reader);
END
$$;
COMMENT ON PROCEDURE public.grant_sight(IN reader name) IS 'CALL grant_sight(''kiezbox_reader''): what dashboards may read';
CREATE PROCEDURE public.hand_over()
    LANGUAGE plpgsql
    AS $$
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
COMMENT ON PROCEDURE public.hand_over() IS 'CALL hand_over() as superuser: readings and rollups of TimescaleDB belong to the role of maintenance';
CREATE FUNCTION public.insert_reading() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
COMMENT ON FUNCTION public.insert_reading() IS 'INSERT INTO reading by hand and by programs of before; ingest writes stored_reading';
CREATE FUNCTION public.is_mended_since(since timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    RETURN EXISTS (SELECT FROM conversion)
           OR EXISTS (SELECT FROM retention WHERE retention.relation = 'reading' AND retention.since > is_mended_since.since);
END
$$;
COMMENT ON FUNCTION public.is_mended_since(since timestamp with time zone) IS 'Whether five minutes from then on may be folded, or of readings that are not converted yet';
CREATE FUNCTION public.measured_since(box text, moment timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT EXISTS (
    SELECT FROM series JOIN latest ON latest.series = series.id
    WHERE series.box = $1 AND latest.received_at > $2 AND latest.measured_at > $2 + INTERVAL '1 second' * coalesce((
        SELECT progress.clock_skew_s FROM progress WHERE progress.box = $1 ORDER BY progress.last_received_at DESC LIMIT 1), 0))
$_$;
COMMENT ON FUNCTION public.measured_since(box text, moment timestamp with time zone) IS 'Whether a box measured anything after a moment: then a last will of that moment is over';
CREATE FUNCTION public.moment_text(at timestamp with time zone, language text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT to_char($1 AT TIME ZONE name, CASE WHEN abs(extract(epoch FROM now() - $1)) < 300 * 86400
                                          THEN CASE $2 WHEN 'en' THEN 'DD Mon HH24:MI' ELSE 'DD.MM. HH24:MI' END
                                          ELSE CASE $2 WHEN 'en' THEN 'DD Mon YYYY' ELSE 'DD.MM.YYYY' END END)
FROM civil_zone
$_$;
COMMENT ON FUNCTION public.moment_text(at timestamp with time zone, language text) IS 'A day and a time in the zone of civil_zone; of what is far away the day and the year';
CREATE FUNCTION public.note_place() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    moment timestamptz := now();
    found  record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        moment := coalesce(NEW.located_at, NEW.first_seen, now());
    ELSIF NEW.located_at IS DISTINCT FROM OLD.located_at THEN
        moment := coalesce(NEW.located_at, now());
    END IF;
    SELECT * INTO found FROM place WHERE box = NEW.id AND since <= moment ORDER BY since DESC LIMIT 1;
    IF found.box IS NOT NULL AND sqrt(
        power((NEW.latitude - found.latitude) * 111320, 2)
        + power((NEW.longitude - found.longitude) * 111320 * cos(radians(NEW.latitude)), 2)
    ) < 100 THEN
        IF NEW.registered_at IS NOT NULL THEN
            UPDATE place SET latitude = NEW.latitude, longitude = NEW.longitude
            WHERE box = found.box AND number = found.number;
        END IF;
        RETURN NULL;
    END IF;
    INSERT INTO place (box, number, since, latitude, longitude)
    SELECT NEW.id, coalesce(max(number), 0) + 1, moment, NEW.latitude, NEW.longitude FROM place WHERE box = NEW.id
    ON CONFLICT (box, since) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.note_place() IS 'A new place when the position of a box changes';
CREATE FUNCTION public.number_text(value numeric, decimals integer, language text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT replace(CASE $3 WHEN 'en' THEN shown.digits ELSE translate(shown.digits, ',.', '.,') END, '-', '−')
FROM (SELECT regexp_replace(split_part(round($1, $2)::text, '.', 1), '(\d)(?=(\d{3})+$)', '\1,', 'g')
             || coalesce('.' || nullif(split_part(round($1, $2)::text, '.', 2), ''), '') AS digits) AS shown
$_$;
COMMENT ON FUNCTION public.number_text(value numeric, decimals integer, language text) IS 'A number with so many decimals as a language writes it: 1.013,2 in German, 1,013.2 in English (en)';
CREATE FUNCTION public.pass_on_decimals() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE series SET decimals = NEW.decimals WHERE series.quantity = NEW.name;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.pass_on_decimals() IS 'Other decimals of a quantity hold for what comes in its series too';
CREATE FUNCTION public.radio_label(letter text, node text, body jsonb, at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT $1 || ' ' || CASE WHEN $2 IN ('hub', 'ingest') THEN '' ELSE $2 || '/' END
    || CASE WHEN jsonb_typeof($3 -> 'number') = 'number' THEN $3 ->> 'number' ELSE to_char($4 AT TIME ZONE 'Europe/Berlin', 'DDHH24MI') END
$_$;
COMMENT ON FUNCTION public.radio_label(letter text, node text, body jsonb, at timestamp with time zone) IS 'How people name on the radio what a node accepted, as crisis/state/numbers.py does: H 17, H 71-01/3, without a number H 230645';
CREATE TABLE public.civil_zone (
    only_row boolean DEFAULT true NOT NULL,
    name text NOT NULL,
    CONSTRAINT civil_zone_only_row_check CHECK (only_row)
);
COMMENT ON TABLE public.civil_zone IS 'The time zone whose days reading_1d has: one row';
CREATE TABLE public.rolled_1d (
    bucket timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    avg double precision,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    coverage double precision NOT NULL,
    growth double precision,
    count bigint NOT NULL,
    series integer NOT NULL,
    is_utc boolean NOT NULL,
    is_by_message boolean NOT NULL
);
COMMENT ON TABLE public.rolled_1d IS 'Days that are over, as the view reading_1d shows them; besides those of UTC';
CREATE VIEW public.reading_1d AS
 SELECT stored.series,
    stored.bucket,
    stored.avg,
    stored.min,
    stored.max,
    stored.count,
    stored.last,
    stored.last_at,
    stored.coverage,
    (stored.coverage >= (0.75)::double precision) AS is_valid,
    stored.is_by_message,
    stored.growth
   FROM public.rolled_1d stored
  WHERE ((NOT stored.is_utc) AND (stored.bucket < ( SELECT rollup_progress.days_until
           FROM public.rollup_progress)) AND (NOT (EXISTS ( SELECT
           FROM (public.late_hour late
             CROSS JOIN public.civil_zone civil)
          WHERE ((late.series = stored.series) AND (date_trunc('day'::text, late.bucket, civil.name) = stored.bucket))))))
UNION ALL
 SELECT day.series,
    day.bucket,
    day.avg,
    day.min,
    day.max,
    day.count,
    day.last,
    day.last_at,
    day.coverage,
    (day.coverage >= (0.75)::double precision) AS is_valid,
    day.is_by_message,
    day.growth
   FROM ( SELECT hour.series,
            hour.day AS bucket,
            public.mean_of(series.averaging, public.share_mean(sum(public.mean_share(hour.avg, series.averaging)), (count(hour.avg))::double precision), public.share_mean(sum(
                CASE series.averaging
                    WHEN 3 THEN sind(hour.avg)
                    ELSE NULL::double precision
                END), (count(hour.avg))::double precision)) AS avg,
            min(hour.min) AS min,
            max(hour.max) AS max,
            (sum(hour.count))::bigint AS count,
            (array_agg(hour.last ORDER BY hour.last_at DESC))[1] AS last,
            max(hour.last_at) AS last_at,
            ((count(*))::double precision / (public.civil_day_hours(hour.day, hour.zone))::double precision) AS coverage,
            bool_or(hour.is_by_message) AS is_by_message,
                CASE series.averaging
                    WHEN 0 THEN ((array_agg(hour.last ORDER BY hour.last_at DESC))[1] - min(hour.min))
                    ELSE NULL::double precision
                END AS growth
           FROM (( SELECT reading_1h.series,
                    reading_1h.bucket,
                    reading_1h.avg,
                    reading_1h.min,
                    reading_1h.max,
                    reading_1h.count,
                    reading_1h.last,
                    reading_1h.last_at,
                    reading_1h.coverage,
                    reading_1h.is_valid,
                    reading_1h.is_by_message,
                    reading_1h.growth,
                    civil.name AS zone,
                    date_trunc('day'::text, reading_1h.bucket, civil.name) AS day
                   FROM (public.reading_1h
                     CROSS JOIN public.civil_zone civil)
                  WHERE (reading_1h.bucket >= ( SELECT rollup_progress.days_until
                           FROM public.rollup_progress))) hour
             JOIN public.series ON ((series.id = hour.series)))
          GROUP BY hour.series, hour.day, hour.zone, series.averaging
        UNION ALL
         SELECT late_day.series,
            late_day.bucket,
            late_day.avg,
            late_day.min,
            late_day.max,
            late_day.count,
            late_day.last,
            late_day.last_at,
            late_day.coverage,
            late_day.is_by_message,
            late_day.growth
           FROM (( SELECT DISTINCT late_1.series,
                    date_trunc('day'::text, late_1.bucket, civil.name) AS day,
                    civil.name AS zone
                   FROM (public.late_hour late_1
                     CROSS JOIN public.civil_zone civil)) late
             CROSS JOIN LATERAL public.days_now(ARRAY[late.series], late.day, (late.day + '01:00:00'::interval), late.zone) late_day(series, bucket, avg, min, max, count, last, last_at, coverage, is_valid, is_by_message, growth))
          WHERE (late.day < ( SELECT rollup_progress.days_until
                   FROM public.rollup_progress))) day;
COMMENT ON VIEW public.reading_1d IS 'Civil days of civil_zone: the equal mean of their hours, valid with three quarters of them';
CREATE FUNCTION public.reading_1d_between(series integer[], since timestamp with time zone, until timestamp with time zone) RETURNS SETOF public.reading_1d
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT series, bucket, avg, min, max, count, last, last_at, coverage, is_valid, is_by_message, growth
FROM reading_days_between($1, $2, $3, (SELECT name FROM civil_zone))
$_$;
CREATE FUNCTION public.reading_1h_between(series integer[], since timestamp with time zone, until timestamp with time zone) RETURNS SETOF public.reading_1h
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $_$
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
$_$;
CREATE VIEW public.reading_5m AS
 SELECT series,
    bucket,
    avg,
    min,
    max,
    count,
    last,
    last_at,
    (1)::double precision AS coverage,
    true AS is_valid,
    is_by_message,
        CASE averaging
            WHEN 0 THEN (last - min)
            ELSE NULL::double precision
        END AS growth
   FROM public.five_minutes;
COMMENT ON VIEW public.reading_5m IS 'Five minutes: the mean of their readings, of the kind that the quantity has';
CREATE FUNCTION public.reading_5m_between(series integer[], since timestamp with time zone, until timestamp with time zone) RETURNS SETOF public.reading_5m
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT series, bucket, avg, min, max, count, last, last_at, 1::float8 AS coverage, true AS is_valid, is_by_message,
       CASE averaging WHEN 0 THEN last - min END AS growth
FROM five_minutes_between($1, $2, $3)
$_$;
CREATE FUNCTION public.reading_days_between(series integer[], since timestamp with time zone, until timestamp with time zone, zone text) RETURNS SETOF public.reading_1h
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $_$
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
$_$;
COMMENT ON FUNCTION public.reading_days_between(series integer[], since timestamp with time zone, until timestamp with time zone, zone text) IS 'Days of an IANA time zone with since <= bucket < until: the equal mean of their hours';
CREATE FUNCTION public.reading_points_between(series integer[], since timestamp with time zone, until timestamp with time zone, width_ms bigint) RETURNS SETOF public.reading_5m
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT series, bucket, avg, min, max, count, last, last_at, coverage, is_valid, is_by_message, growth
FROM reading_5m_between($1, $2, $3) WHERE $4 < 1800000
UNION ALL
SELECT series, bucket, avg, min, max, count, last, last_at, coverage, is_valid, is_by_message, growth
FROM reading_1h_between($1, $2, $3) WHERE $4 >= 1800000 AND $4 < 21600000
UNION ALL
SELECT series, bucket, avg, min, max, count, last, last_at, coverage, is_valid, is_by_message, growth
FROM reading_1d_between($1, $2, $3) WHERE $4 >= 21600000
$_$;
COMMENT ON FUNCTION public.reading_points_between(series integer[], since timestamp with time zone, until timestamp with time zone, width_ms bigint) IS 'Five minutes, from a width of half an hour on hours, from six hours on days; since until before until';
CREATE FUNCTION public.rounded_latitude(latitude double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT round(((floor($1 * 111320 / 300) + 0.5) * 300 / 111320)::numeric, 5)::float8
$_$;
COMMENT ON FUNCTION public.rounded_latitude(latitude double precision) IS 'The latitude of the middle of its square of 300 m';
CREATE FUNCTION public.rounded_longitude(latitude double precision, longitude double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT round(((floor($2 * 111320 * width / 300) + 0.5) * 300 / (111320 * width))::numeric, 5)::float8
FROM (SELECT greatest(cos(radians(rounded_latitude($1))), 0.01) AS width) AS of_row
$_$;
COMMENT ON FUNCTION public.rounded_longitude(latitude double precision, longitude double precision) IS 'The longitude of the middle of its square of 300 m';
CREATE FUNCTION public.shares_5m_between(of_series integer[], since timestamp with time zone, until timestamp with time zone, averaging smallint, has_last boolean) RETURNS TABLE(series integer, bucket timestamp with time zone, total double precision, sine double precision, length double precision, min double precision, max double precision, count double precision, last double precision, is_by_message boolean)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT series, bucket, total, sine,
       CASE WHEN count = 1 THEN 1 WHEN total * total + sine * sine >= 1e-18 * count * count THEN sqrt(total * total + sine * sine) END AS length,
       min, max, count, last, false AS is_by_message
FROM (
    SELECT series, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           sum(CASE $4 WHEN 2 THEN exp(least(greatest(value, -1000), 1000) * 0.23025850929940457)
                       WHEN 3 THEN cos(value * 0.017453292519943295) ELSE value END) AS total,
           sum(CASE $4 WHEN 3 THEN sin(value * 0.017453292519943295) END) AS sine,
           min(value) AS min, max(value) AS max, count(*)::float8 AS count, (array_agg(value ORDER BY measured_at DESC))[1] AS last
    FROM (SELECT series, measured_at, reading_value(value, decimals, fine) AS value FROM stored_reading
          WHERE series = ANY ($1) AND measured_at >= $2 AND measured_at < $3 + INTERVAL '5 minutes' AND NOT is_mended_since($2) OFFSET 0) AS kept
    GROUP BY 1, 2
) AS five
WHERE bucket >= $2 AND bucket < $3
UNION ALL
SELECT series, bucket, total, sine, length, min, max, count, last, is_by_message FROM shares_5m_mended($1, $2, $3, $4) WHERE is_mended_since($2)
$_$;
COMMENT ON FUNCTION public.shares_5m_between(of_series integer[], since timestamp with time zone, until timestamp with time zone, averaging smallint, has_last boolean) IS 'Five minutes as sums: of values; of powers (averaging 2); of cosines and sines, with the length of both together, null where directions cancel each other out (3); last only with has_last';
CREATE FUNCTION public.shares_5m_mended(of_series integer[], since timestamp with time zone, until timestamp with time zone, averaging smallint) RETURNS TABLE(series integer, bucket timestamp with time zone, total double precision, sine double precision, length double precision, min double precision, max double precision, count double precision, last double precision, is_by_message boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $_$
BEGIN
    RETURN QUERY
    SELECT part.series, part.bucket, part.count * mean_share(part.avg, $4), CASE $4 WHEN 3 THEN part.count * sind(part.avg) END,
           CASE WHEN part.avg IS NOT NULL THEN part.count::float8 END, part.min, part.max, part.count::float8, part.last, part.is_by_message
    FROM five_minutes_between($1, $2, $3) AS part;
END
$_$;
COMMENT ON FUNCTION public.shares_5m_mended(of_series integer[], since timestamp with time zone, until timestamp with time zone, averaging smallint) IS 'What shares_5m_between says where is_mended_since';
CREATE FUNCTION public.stored_value(value double precision, decimals smallint) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
SELECT CASE WHEN abs($1) <= 2147483647 / 10::float8 ^ $2 THEN round($1 * 10::float8 ^ $2)::integer ELSE 0 END
$_$;
COMMENT ON FUNCTION public.stored_value(value double precision, decimals smallint) IS 'What stored_reading.value keeps of a value';
CREATE FUNCTION public.take_from_quantity() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    SELECT coalesce(NEW.decimals, quantity.decimals),
           coalesce(NEW.averaging, array_position(ARRAY['none', 'arithmetic', 'energetic', 'circular'], quantity.averaging) - 1)
    INTO NEW.decimals, NEW.averaging
    FROM quantity WHERE quantity.name = NEW.quantity;
    IF NOT FOUND THEN  -- the foreign key says what is wrong
        NEW.decimals := 0;
        NEW.averaging := 0;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.take_from_quantity() IS 'A new series takes its decimals and its averaging from the catalogue';
CREATE FUNCTION public.unit_sign(unit text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
SELECT CASE unit WHEN 'Cel' THEN '°C' WHEN 'ug/m3' THEN 'µg/m³' WHEN 'kW.h' THEN 'kWh' WHEN 'dB[A]' THEN 'dB(A)'
                 WHEN 'kOhm' THEN 'kΩ' WHEN '1' THEN '' WHEN 'deg' THEN '°' WHEN '[ppm]' THEN 'ppm' WHEN '[ppb]' THEN 'ppb'
                 WHEN 'uSv/h' THEN 'µSv/h' WHEN 'Bq/m3' THEN 'Bq/m³' WHEN 'W/m2' THEN 'W/m²' WHEN '/min' THEN '1/min'
                 ELSE unit END
$$;
COMMENT ON FUNCTION public.unit_sign(unit text) IS 'How people write a unit of UCUM: °C for Cel';
CREATE FUNCTION public.upkeep_state() RETURNS TABLE(kind text, part text, succeeded_at timestamp with time zone, failed_at timestamp with time zone, failures bigint, failure text, is_failing boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
SELECT 'maintenance', m.part, m.succeeded_at, m.failed_at, m.failures, m.failure,
       coalesce(m.failed_at > coalesce(m.succeeded_at, '-infinity'), false)
FROM maintenance_part AS m
$$;
COMMENT ON FUNCTION public.upkeep_state() IS 'Parts of maintenance and background jobs of the database: last success, failures, and whether they fail now';
CREATE TABLE public.alarm (
    log uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    area text NOT NULL,
    exercise boolean NOT NULL,
    count integer NOT NULL,
    value double precision,
    opened_at timestamp with time zone NOT NULL,
    quiet text,
    titles jsonb NOT NULL,
    sentences jsonb NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT alarm_quiet_check CHECK ((quiet = ANY (ARRAY['silenced'::text, 'inhibited'::text, 'gathered'::text, 'not_set_up'::text])))
);
COMMENT ON TABLE public.alarm IS 'Alarms that are open, and for a week those that ended';
COMMENT ON COLUMN public.alarm.name IS 'Kind and subject: unreachable/71-03; for a call, an incident or an outage its id';
COMMENT ON COLUMN public.alarm.count IS 'How many it gathers; in its texts {count} stands for that';
COMMENT ON COLUMN public.alarm.value IS 'What its rule compares, as the hub saw it last; null: it has none';
COMMENT ON COLUMN public.alarm.quiet IS 'Why nobody is told of it; null: people are told';
COMMENT ON COLUMN public.alarm.titles IS 'What people read first, by language';
CREATE TABLE public.alarm_list (
    log uuid NOT NULL,
    looked_at timestamp with time zone DEFAULT now() NOT NULL,
    tells boolean NOT NULL
);
COMMENT ON TABLE public.alarm_list IS 'When a hub brought its list of alarms here last; every few seconds while it runs';
COMMENT ON COLUMN public.alarm_list.tells IS 'Whether the hub itself tells people: it has people, and a channel that works';
CREATE VIEW public.archived_share AS
 SELECT NULL::integer AS series,
    NULL::smallint AS averaging,
    NULL::timestamp with time zone AS bucket,
    NULL::double precision AS total,
    NULL::double precision AS sine,
    NULL::double precision AS min,
    NULL::double precision AS max,
    NULL::bigint AS count,
    NULL::double precision AS last,
    NULL::timestamp with time zone AS last_at,
    NULL::boolean AS is_by_message
  WHERE false;
CREATE VIEW public.averaged_reading AS
 SELECT stored_reading.series,
    stored_reading.measured_at,
    stored_reading.averaging,
    public.reading_value(stored_reading.value, stored_reading.decimals, stored_reading.fine) AS value
   FROM public.stored_reading
UNION ALL
 SELECT unconverted_reading.series,
    unconverted_reading.measured_at,
    unconverted_reading.averaging,
    unconverted_reading.value
   FROM public.unconverted_reading;
COMMENT ON VIEW public.averaged_reading IS 'Every reading with the kind of mean that its quantity has';
CREATE TABLE public.backup (
    name text NOT NULL,
    every interval NOT NULL,
    noted_at timestamp with time zone DEFAULT now() NOT NULL,
    succeeded_at timestamp with time zone,
    failed_at timestamp with time zone,
    failures bigint DEFAULT 0 NOT NULL,
    failure text,
    CONSTRAINT backup_every_check CHECK ((every > '00:00:00'::interval)),
    CONSTRAINT backup_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9_-]{0,31}$'::text))
);
COMMENT ON TABLE public.backup IS 'How each backup ended last, as kiezbox backup was told';
CREATE TABLE public.bad_position (
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    within_degrees double precision NOT NULL,
    CONSTRAINT bad_position_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT bad_position_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT bad_position_within_degrees_check CHECK ((within_degrees >= (0)::double precision))
);
CREATE TABLE public.box (
    id text NOT NULL,
    district smallint,
    number smallint,
    name text,
    latitude double precision,
    longitude double precision,
    registered_at timestamp with time zone,
    first_seen timestamp with time zone,
    last_seen timestamp with time zone,
    node bigint,
    located_at timestamp with time zone,
    retired_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    is_public boolean,
    place_is_exact boolean DEFAULT false NOT NULL,
    input text,
    CONSTRAINT box_district_check CHECK (((district >= 0) AND (district <= 255))),
    CONSTRAINT box_id_check CHECK ((id ~ '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$'::text)),
    CONSTRAINT box_input_check CHECK ((input <> ''::text)),
    CONSTRAINT box_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT box_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT box_number_check CHECK (((number >= 0) AND (number <= 255)))
);
COMMENT ON TABLE public.box IS 'Boxes: registered, only seen (registered_at is null), or retired (retired_at is set)';
COMMENT ON COLUMN public.box.input IS 'The format of another make by which it was first heard (devices/wire/formats); NULL: one of our own';
CREATE TABLE public.box_change (
    id bigint NOT NULL,
    box text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    via text NOT NULL,
    change text NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    CONSTRAINT box_change_change_check CHECK ((change = ANY (ARRAY['register'::text, 'rename'::text, 'move'::text, 'retire'::text, 'credential'::text, 'revoke'::text, 'publish'::text]))),
    CONSTRAINT box_change_via_check CHECK ((via = ANY (ARRAY['command'::text, 'api'::text])))
);
COMMENT ON TABLE public.box_change IS 'What operators changed about boxes';
ALTER TABLE public.box_change ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.box_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.box_credential (
    username text NOT NULL,
    kind text NOT NULL,
    box text,
    areas text[] DEFAULT '{}'::text[] NOT NULL,
    mesh text,
    bcrypt text NOT NULL,
    pbkdf2 text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT box_credential_check CHECK (((box IS NOT NULL) = (kind = ANY (ARRAY['sensor'::text, 'node'::text, 'esphome'::text, 'meshtastic'::text])))),
    CONSTRAINT box_credential_check1 CHECK (((mesh IS NOT NULL) = (kind = 'meshtastic'::text))),
    CONSTRAINT box_credential_kind_check CHECK ((kind = ANY (ARRAY['sensor'::text, 'node'::text, 'esphome'::text, 'meshtastic'::text, 'ingest'::text, 'ingest-beside'::text, 'calls'::text, 'calls-beside'::text, 'sync'::text, 'probe'::text, 'operator'::text, 'hub'::text, 'shared'::text]))),
    CONSTRAINT box_credential_username_check CHECK ((username ~ '^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$'::text))
);
COMMENT ON TABLE public.box_credential IS 'Who may sign in at the broker: boxes, and the sessions of the hub';
CREATE TABLE public.latest (
    series integer NOT NULL,
    measured_at timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    flag smallint DEFAULT 0 NOT NULL,
    received_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');
CREATE VIEW public.reading AS
 SELECT measured_at,
    public.reading_value(value, decimals, fine) AS value,
    series,
    delay_s,
    COALESCE(flag, (0)::smallint) AS flag
   FROM public.stored_reading;
COMMENT ON VIEW public.reading IS 'Every reading with its value as it was sent';
CREATE TABLE public.status (
    box text NOT NULL,
    at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    online boolean NOT NULL,
    mode text DEFAULT 'unknown'::text NOT NULL,
    mains boolean,
    router_powered boolean,
    uplink text,
    battery_percent double precision,
    clients integer,
    interval_s double precision,
    outbox bigint,
    boot text,
    firmware text,
    latitude double precision,
    longitude double precision,
    CONSTRAINT status_mode_check CHECK ((mode = ANY (ARRAY['maintenance'::text, 'normal'::text, 'emergency'::text, 'unknown'::text])))
);
COMMENT ON TABLE public.status IS 'History of what boxes said about themselves';
CREATE VIEW public.box_state AS
 SELECT seen.id,
    seen.district,
    seen.number,
    seen.name,
    seen.latitude,
    seen.longitude,
    seen.heard_at,
    seen.rhythm_s,
    seen.told_at,
    seen.mode,
    seen.mains,
    seen.uplink,
    seen.battery_percent,
    seen.clients,
    seen.outbox,
    seen.firmware,
    seen.state,
        CASE seen.state
            WHEN 'unreachable'::text THEN seen.heard_at
            WHEN 'unknown'::text THEN NULL::timestamp with time zone
            ELSE COALESCE(power.since, seen.told_at)
        END AS since,
        CASE
            WHEN (seen.mains IS NOT FALSE) THEN NULL::double precision
            WHEN ((drain.percent >= (1)::double precision) AND (drain.hours >= (0.5)::double precision)) THEN (seen.battery_percent / (drain.percent / drain.hours))
            ELSE (seen.battery_percent * (1.2)::double precision)
        END AS hours_left,
        CASE
            WHEN ((seen.mains IS NOT FALSE) OR (seen.battery_percent IS NULL)) THEN NULL::text
            WHEN ((drain.percent >= (1)::double precision) AND (drain.hours >= (0.5)::double precision)) THEN 'measured'::text
            ELSE 'goal'::text
        END AS hours_by
   FROM ((( SELECT box.id,
            box.district,
            box.number,
            box.name,
            COALESCE(box.latitude, told.latitude) AS latitude,
            COALESCE(box.longitude, told.longitude) AS longitude,
            told.received_at AS told_at,
            told.mode,
            told.mains,
            told.uplink,
            told.battery_percent,
            told.clients,
            told.outbox,
            told.firmware,
            heard.at AS heard_at,
            rhythm.seconds AS rhythm_s,
                CASE
                    WHEN (heard.at IS NULL) THEN 'unknown'::text
                    WHEN (((presence.online IS FALSE) AND (NOT public.measured_since(box.id, presence.received_at))) OR ((now() - heard.at) > ((rhythm.seconds * (3)::double precision) * '00:00:01'::interval))) THEN 'unreachable'::text
                    WHEN told.mains THEN 'mains'::text
                    WHEN (NOT told.mains) THEN 'battery'::text
                    ELSE 'reachable'::text
                END AS state
           FROM ((((((public.box
             LEFT JOIN LATERAL ( SELECT status.online,
                    status.received_at
                   FROM public.status
                  WHERE (status.box = box.id)
                  ORDER BY status.received_at DESC, status.at DESC
                 LIMIT 1) presence ON (true))
             LEFT JOIN LATERAL ( SELECT status.box,
                    status.at,
                    status.received_at,
                    status.online,
                    status.mode,
                    status.mains,
                    status.router_powered,
                    status.uplink,
                    status.battery_percent,
                    status.clients,
                    status.interval_s,
                    status.outbox,
                    status.boot,
                    status.firmware,
                    status.latitude,
                    status.longitude
                   FROM public.status
                  WHERE ((status.box = box.id) AND (status.online OR (status.boot IS NOT NULL) OR (status.mode <> 'unknown'::text)))
                  ORDER BY status.received_at DESC, status.at DESC
                 LIMIT 1) told ON (true))
             LEFT JOIN LATERAL ( SELECT latest.series,
                    latest.measured_at,
                    latest.received_at
                   FROM (public.series
                     JOIN public.latest ON ((latest.series = series.id)))
                  WHERE (series.box = box.id)
                  ORDER BY (series.source = 'core'::text) DESC, latest.measured_at DESC, latest.series
                 LIMIT 1) line ON (true))
             CROSS JOIN LATERAL ( SELECT GREATEST(line.received_at, presence.received_at, box.last_seen) AS at) heard)
             LEFT JOIN LATERAL ( SELECT percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY gap.seconds) AS seconds,
                    count(*) AS readings
                   FROM ( SELECT (EXTRACT(epoch FROM (newest.measured_at - lag(newest.measured_at) OVER (ORDER BY newest.measured_at))))::double precision AS seconds
                           FROM ( SELECT reading.measured_at
                                   FROM public.reading
                                  WHERE ((reading.series = line.series) AND (reading.measured_at > (now() - '8 days'::interval)))
                                  ORDER BY reading.measured_at DESC
                                 LIMIT 20) newest
                          WHERE (newest.measured_at > (line.measured_at - '2 days'::interval))) gap) learnt ON (true))
             CROSS JOIN LATERAL ( SELECT GREATEST((60)::double precision, COALESCE(
                        CASE
                            WHEN (learnt.readings >= 5) THEN learnt.seconds
                            ELSE NULL::double precision
                        END, told.interval_s, (1200)::double precision)) AS seconds) rhythm)
          WHERE ((box.retired_at IS NULL) AND (box.withdrawn_at IS NULL))) seen
     LEFT JOIN LATERAL ( SELECT min(status.received_at) AS since
           FROM public.status
          WHERE ((status.box = seen.id) AND (status.mains = seen.mains) AND (status.received_at > COALESCE(( SELECT other.received_at
                   FROM public.status other
                  WHERE ((other.box = seen.id) AND (other.mains <> seen.mains))
                  ORDER BY other.received_at DESC
                 LIMIT 1), '-infinity'::timestamp with time zone)))) power ON (true))
     LEFT JOIN LATERAL ( SELECT (first.battery_percent - seen.battery_percent) AS percent,
            ((EXTRACT(epoch FROM (seen.told_at - first.received_at)))::double precision / (3600)::double precision) AS hours
           FROM public.status first
          WHERE ((seen.mains IS FALSE) AND (first.box = seen.id) AND (first.battery_percent IS NOT NULL) AND (first.received_at >= GREATEST(power.since, (seen.told_at - '12:00:00'::interval))))
          ORDER BY first.received_at
         LIMIT 1) drain ON (true));
COMMENT ON VIEW public.box_state IS 'Each box now: reachable in its own rhythm or not, mains or battery, since when, hours left';
CREATE TABLE public.broker_access (
    only_row boolean DEFAULT true NOT NULL,
    closed_at timestamp with time zone,
    closed_by text,
    CONSTRAINT broker_access_only_row_check CHECK (only_row)
);
COMMENT ON TABLE public.broker_access IS 'Whether the broker lets senders in that have no credential: one row';
CREATE TABLE public.broker_session (
    worker text NOT NULL,
    client_id text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    drained_at timestamp with time zone
);
COMMENT ON TABLE public.broker_session IS 'The sessions of ingest''s workers at the broker';
CREATE TABLE public.conversion (
    only_one boolean DEFAULT true NOT NULL,
    began_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    newest_at timestamp with time zone NOT NULL,
    converted_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    closed_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    converted bigint DEFAULT 0 NOT NULL,
    bytes_before bigint NOT NULL,
    CONSTRAINT conversion_only_one_check CHECK (only_one)
);
COMMENT ON TABLE public.conversion IS 'How far readings from before 0028_stored_reading are converted; no row: all of them are';
CREATE TABLE public.crisis_event (
    id uuid NOT NULL,
    node text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    clock_at timestamp with time zone
);
CREATE VIEW public.crisis_call AS
 SELECT call.id,
        CASE call.kind
            WHEN 'distress_received'::text THEN 'distress'::text
            ELSE 'report'::text
        END AS family,
    (call.body ->> 'kind'::text) AS kind,
    (call.body ->> 'box'::text) AS box,
        CASE
            WHEN (jsonb_typeof((call.body -> 'people'::text)) = 'number'::text) THEN ((call.body ->> 'people'::text))::numeric
            ELSE NULL::numeric
        END AS people,
    COALESCE(reopened.at, LEAST(call.at, call.received_at)) AS at,
    taken.at AS taken_at,
    closed.at AS closed_at,
    (NOT ((call.body -> 'exercise'::text) IS DISTINCT FROM 'true'::jsonb)) AS exercise,
        CASE call.kind
            WHEN 'distress_received'::text THEN public.radio_label('H'::text, call.node, call.body, call.at)
            ELSE NULL::text
        END AS label
   FROM (((public.crisis_event call
     LEFT JOIN LATERAL ( SELECT max(event.at) AS at
           FROM public.crisis_event event
          WHERE ((event.kind = 'distress_reopened'::text) AND ((event.body ->> 'distress'::text) = (call.id)::text))) reopened ON (true))
     LEFT JOIN LATERAL ( SELECT min(event.at) AS at
           FROM public.crisis_event event
          WHERE ((event.kind = 'distress_taken'::text) AND ((event.body ->> 'distress'::text) = (call.id)::text) AND (event.at > COALESCE(reopened.at, '-infinity'::timestamp with time zone)))) taken ON (true))
     LEFT JOIN LATERAL ( SELECT min(event.at) AS at
           FROM public.crisis_event event
          WHERE (((event.kind = 'distress_closed'::text) AND ((event.body ->> 'distress'::text) = (call.id)::text) AND (event.at > COALESCE(reopened.at, '-infinity'::timestamp with time zone))) OR ((event.kind = 'report_answered'::text) AND ((event.body ->> 'report'::text) = (call.id)::text)))) closed ON (true))
  WHERE (call.kind = ANY (ARRAY['distress_received'::text, 'report_received'::text]));
COMMENT ON VIEW public.crisis_call IS 'Calls for help and reports without what people wrote';
CREATE VIEW public.crisis_notice AS
 SELECT told.id,
    ((told.fields -> 'texts.de'::text) ->> 'headline'::text) AS headline_de,
    ((told.fields -> 'texts.en'::text) ->> 'headline'::text) AS headline_en,
    (told.fields ->> 'severity'::text) AS severity,
    (told.fields ->> 'hazard'::text) AS hazard,
    COALESCE((told.fields ->> 'area'::text), 'all'::text) AS area,
    (NOT ((told.fields -> 'exercise'::text) IS DISTINCT FROM 'true'::jsonb)) AS exercise,
    told.first_at AS published_at,
    COALESCE(to_timestamp(
        CASE
            WHEN (jsonb_typeof((told.fields -> 'from_at'::text)) = 'number'::text) THEN (((told.fields ->> 'from_at'::text))::double precision / (1000)::double precision)
            ELSE NULL::double precision
        END), told.first_at) AS from_at,
    to_timestamp(
        CASE
            WHEN (jsonb_typeof((told.fields -> 'until_at'::text)) = 'number'::text) THEN (((told.fields ->> 'until_at'::text))::double precision / (1000)::double precision)
            ELSE NULL::double precision
        END) AS until_at,
    gone.at AS withdrawn_at
   FROM (( SELECT (event.body ->> 'notice'::text) AS id,
            min(event.at) AS first_at,
            jsonb_object_agg(field.key, field.value ORDER BY event.at, event.id) AS fields
           FROM public.crisis_event event,
            LATERAL jsonb_each(
                CASE
                    WHEN (jsonb_typeof((event.body -> 'fields'::text)) = 'object'::text) THEN (event.body -> 'fields'::text)
                    ELSE NULL::jsonb
                END) field(key, value)
          WHERE (event.kind = 'notice_published'::text)
          GROUP BY (event.body ->> 'notice'::text)) told
     LEFT JOIN LATERAL ( SELECT min(event.at) AS at
           FROM public.crisis_event event
          WHERE ((event.kind = 'notice_withdrawn'::text) AND ((event.body ->> 'notice'::text) = told.id))) gone ON (true));
COMMENT ON VIEW public.crisis_notice IS 'Notices as they stand now';
CREATE VIEW public.crisis_change AS
 SELECT event.id,
    event.at,
    event.kind,
    COALESCE((event.body ->> 'area'::text), notice.area, 'all'::text) AS area,
    (event.body ->> 'mode'::text) AS mode,
    ((NOT ((event.body -> 'exercise'::text) IS DISTINCT FROM 'true'::jsonb)) OR COALESCE(notice.exercise, false)) AS exercise,
    notice.headline_de,
    notice.headline_en
   FROM (public.crisis_event event
     LEFT JOIN public.crisis_notice notice ON ((notice.id = (event.body ->> 'notice'::text))))
  WHERE (event.kind = ANY (ARRAY['mode_set'::text, 'notice_published'::text, 'notice_withdrawn'::text]));
COMMENT ON VIEW public.crisis_change IS 'Mode changes and notices in the order of time';
CREATE TABLE public.crisis_copied (
    log uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE public.crisis_copied IS 'How far each crisis log has been copied; written with the rows';
CREATE VIEW public.crisis_duty AS
 SELECT id,
    area,
    days,
    begins,
    ends,
    from_at,
    until_at,
    rank,
    at
   FROM ( SELECT DISTINCT ON ((event.body ->> 'duty'::text)) (event.body ->> 'duty'::text) AS id,
            COALESCE((event.body ->> 'area'::text), 'all'::text) AS area,
                CASE
                    WHEN (jsonb_typeof((event.body -> 'rank'::text)) = 'number'::text) THEN (((event.body ->> 'rank'::text))::numeric)::integer
                    ELSE 1
                END AS rank,
            event.at,
                CASE
                    WHEN (jsonb_typeof((event.body -> 'days'::text)) = 'array'::text) THEN (event.body -> 'days'::text)
                    ELSE '[]'::jsonb
                END AS days,
            COALESCE((event.body ->> 'begins'::text), '00:00'::text) AS begins,
            COALESCE((event.body ->> 'ends'::text), '00:00'::text) AS ends,
            to_timestamp(
                CASE
                    WHEN (jsonb_typeof((event.body -> 'from_at'::text)) = 'number'::text) THEN (((event.body ->> 'from_at'::text))::double precision / (1000)::double precision)
                    ELSE NULL::double precision
                END) AS from_at,
            to_timestamp(
                CASE
                    WHEN (jsonb_typeof((event.body -> 'until_at'::text)) = 'number'::text) THEN (((event.body ->> 'until_at'::text))::double precision / (1000)::double precision)
                    ELSE NULL::double precision
                END) AS until_at
           FROM public.crisis_event event
          WHERE (event.kind = 'duty_put'::text)
          ORDER BY (event.body ->> 'duty'::text), event.at DESC, event.id DESC) told
  WHERE (NOT (EXISTS ( SELECT
           FROM public.crisis_event event
          WHERE ((event.kind = 'duty_removed'::text) AND ((event.body ->> 'duty'::text) = told.id)))));
COMMENT ON VIEW public.crisis_duty IS 'Who is on duty when, without names: weekly on days (0 is Monday) or once; at is when that was written down';
CREATE VIEW public.crisis_incident AS
 SELECT id,
    first_at AS at,
    COALESCE((fields ->> 'sort'::text), 'other'::text) AS sort,
        CASE
            WHEN (jsonb_typeof((fields -> 'priority'::text)) = 'number'::text) THEN (((fields ->> 'priority'::text))::numeric)::integer
            ELSE 3
        END AS priority,
    COALESCE((fields ->> 'area'::text), 'all'::text) AS area,
    COALESCE((fields ->> 'state'::text), 'open'::text) AS state,
    (NOT ((fields -> 'exercise'::text) IS DISTINCT FROM 'true'::jsonb)) AS exercise,
    label
   FROM ( SELECT (event.body ->> 'incident'::text) AS id,
            min(event.at) AS first_at,
            (array_agg(public.radio_label('E'::text, event.node, event.body, event.at) ORDER BY (((event.body -> 'number'::text) IS NULL) OR (jsonb_typeof((event.body -> 'number'::text)) = 'null'::text)), event.at, event.id))[1] AS label,
            jsonb_object_agg(field.key, field.value ORDER BY event.at, event.id) AS fields
           FROM public.crisis_event event,
            LATERAL jsonb_each(
                CASE
                    WHEN (jsonb_typeof((event.body -> 'fields'::text)) = 'object'::text) THEN (event.body -> 'fields'::text)
                    ELSE NULL::jsonb
                END) field(key, value)
          WHERE (event.kind = 'incident_put'::text)
          GROUP BY (event.body ->> 'incident'::text)) told;
COMMENT ON VIEW public.crisis_incident IS 'Incidents without what staff wrote';
CREATE TABLE public.deferred (
    id bigint NOT NULL,
    box text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    due_at timestamp with time zone
);
ALTER TABLE public.deferred ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.deferred_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.district (
    id smallint NOT NULL,
    name text NOT NULL,
    CONSTRAINT district_id_check CHECK (((id >= 0) AND (id <= 255))),
    CONSTRAINT district_name_check CHECK (((name <> ''::text) AND (length(name) <= 100)))
);
COMMENT ON TABLE public.district IS 'Names that operators gave to districts of boxes; one without a row has none';
CREATE TABLE public.district_change (
    number bigint NOT NULL,
    district smallint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    before text,
    after text
);
COMMENT ON TABLE public.district_change IS 'What operators changed about districts';
ALTER TABLE public.district_change ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.district_change_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.feed (
    id bigint NOT NULL,
    tx xid8 DEFAULT pg_current_xact_id() NOT NULL,
    committed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    readings bytea NOT NULL
);
ALTER TABLE ONLY public.feed ALTER COLUMN readings SET STORAGE EXTERNAL;
ALTER TABLE public.feed ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.feed_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.input_declaration (
    format text NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    CONSTRAINT input_declaration_payload_check CHECK ((length(payload) <= 65536)),
    CONSTRAINT input_declaration_topic_check CHECK ((length(topic) <= 500))
);
COMMENT ON TABLE public.input_declaration IS 'What devices of other makes announced: which values come on which topics';
CREATE TABLE public.input_key (
    format text NOT NULL,
    key text NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    CONSTRAINT input_key_key_check CHECK ((length(key) <= 200))
);
COMMENT ON TABLE public.input_key IS 'Names of the messages of the last day, by which repeats are known';
CREATE TABLE public.input_mapping (
    format text NOT NULL,
    box text NOT NULL,
    name text NOT NULL,
    quantity text,
    unit text,
    source text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by text NOT NULL,
    CONSTRAINT input_mapping_name_check CHECK (((name <> ''::text) AND (length(name) <= 200))),
    CONSTRAINT input_mapping_source_check CHECK ((source ~ '^[a-z0-9]([a-z0-9-]{0,62})$'::text))
);
COMMENT ON TABLE public.input_mapping IS 'What names sent by devices of other makes mean: kiezbox inputs map';
CREATE TABLE public.input_name (
    format text NOT NULL,
    box text NOT NULL,
    source text NOT NULL,
    name text NOT NULL,
    unit text NOT NULL,
    value double precision,
    count bigint NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.input_name IS 'Names sent by devices of other makes of which nobody has said what they mean';
CREATE TABLE public.input_sender (
    id integer NOT NULL,
    format text NOT NULL,
    digest bytea NOT NULL,
    boxes text[] NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by text NOT NULL,
    heard_at timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_by text,
    CONSTRAINT input_sender_boxes_check CHECK ((boxes <> '{}'::text[])),
    CONSTRAINT input_sender_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT input_sender_format_check CHECK ((format ~ '^[a-z][a-z0-9_]{0,30}$'::text)),
    CONSTRAINT input_sender_note_check CHECK ((length(note) <= 200))
);
COMMENT ON TABLE public.input_sender IS 'Who may send over HTTP: secrets in paths, by their SHA-256';
ALTER TABLE public.input_sender ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.input_sender_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.limit_source (
    name text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    url text,
    CONSTRAINT limit_source_kind_check CHECK ((kind = ANY (ARRAY['law'::text, 'guideline'::text, 'definition'::text]))),
    CONSTRAINT limit_source_name_check CHECK ((name ~ '^[a-z][a-z0-9_]{0,62}$'::text))
);
CREATE TABLE public.limit_value (
    quantity text NOT NULL,
    source text NOT NULL,
    averaging_time text NOT NULL,
    threshold double precision NOT NULL,
    allowed_exceedances smallint,
    data_capture double precision NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    CONSTRAINT limit_value_allowed_exceedances_check CHECK ((allowed_exceedances >= 0)),
    CONSTRAINT limit_value_averaging_time_check CHECK ((averaging_time = ANY (ARRAY['day'::text, 'year'::text]))),
    CONSTRAINT limit_value_check CHECK ((valid_until >= valid_from)),
    CONSTRAINT limit_value_data_capture_check CHECK (((data_capture > (0)::double precision) AND (data_capture <= (1)::double precision)))
);
CREATE TABLE public.maintenance_part (
    part text NOT NULL,
    succeeded_at timestamp with time zone,
    failed_at timestamp with time zone,
    failures bigint DEFAULT 0 NOT NULL,
    failure text
);
COMMENT ON TABLE public.maintenance_part IS 'How each part of maintenance ended last';
CREATE TABLE public.message_ledger (
    minute timestamp with time zone NOT NULL,
    box text NOT NULL,
    messages_received bigint DEFAULT 0 NOT NULL,
    messages_stored bigint DEFAULT 0 NOT NULL,
    messages_duplicate bigint DEFAULT 0 NOT NULL,
    messages_rejected bigint DEFAULT 0 NOT NULL,
    readings_received bigint DEFAULT 0 NOT NULL,
    readings_stored bigint DEFAULT 0 NOT NULL,
    readings_duplicate bigint DEFAULT 0 NOT NULL,
    readings_rejected bigint DEFAULT 0 NOT NULL,
    readings_differing bigint DEFAULT 0 NOT NULL,
    messages_lost bigint DEFAULT 0 NOT NULL
);
CREATE VIEW public.open_alarm AS
 SELECT DISTINCT ON (alarm.name) alarm.name,
    alarm.kind,
    alarm.area,
        CASE
            WHEN ((alarm.area <> 'all'::text) AND (alarm.area !~ '^district-[0-9a-f]{2}$'::text)) THEN alarm.area
            ELSE ''::text
        END AS box,
    alarm.exercise,
    alarm.count,
    alarm.value,
    alarm.opened_at,
    alarm.quiet,
    alarm.titles,
    alarm.sentences,
    list.looked_at,
    list.tells
   FROM (public.alarm
     JOIN public.alarm_list list ON ((list.log = alarm.log)))
  WHERE ((alarm.ended_at IS NULL) AND (list.looked_at > (now() - '01:00:00'::interval)) AND (list.looked_at > (( SELECT max(newest.looked_at) AS max
           FROM public.alarm_list newest) - '00:03:00'::interval)))
  ORDER BY alarm.name, alarm.quiet NULLS FIRST, alarm.log;
COMMENT ON VIEW public.open_alarm IS 'The open alarms, each once, as the hub wrote them last; box is empty where it is not of one';
CREATE TABLE public.outage (
    id uuid NOT NULL,
    names uuid[] NOT NULL,
    grade text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone,
    told_at timestamp with time zone,
    boxes_out text[] NOT NULL,
    boxes_heard integer NOT NULL,
    area_km2 double precision NOT NULL,
    ortsteile text[] NOT NULL,
    streets text[] NOT NULL,
    cells jsonb NOT NULL,
    large text[] NOT NULL,
    boxes_most integer NOT NULL,
    streets_most integer NOT NULL,
    followed_by uuid,
    first_at timestamp with time zone DEFAULT now() NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT outage_grade_check CHECK ((grade = ANY (ARRAY['firm'::text, 'single'::text, 'old'::text])))
);
COMMENT ON TABLE public.outage IS 'Where boxes lost their mains power together: a row for each outage, as it stands now or ended';
COMMENT ON COLUMN public.outage.names IS 'Every id that it has or could have: rows that share one are the same outage';
COMMENT ON COLUMN public.outage.until IS 'When the last of its boxes had power again; null: some have none still';
COMMENT ON COLUMN public.outage.told_at IS 'The newest word of its boxes';
COMMENT ON COLUMN public.outage.streets IS 'Without power; when it is over, those that had none last. `Hauptstraße (0701)`: with the id of the Ortsteil';
COMMENT ON COLUMN public.outage.cells IS 'A GeoJSON FeatureCollection of the ground that its boxes speak for, with box, state and grade of each';
COMMENT ON COLUMN public.outage.large IS 'Why it may be a large one: boxes, streets, duration; empty: it is not';
COMMENT ON COLUMN public.outage.boxes_most IS 'The most boxes without power at once, as boxes_out counts them';
COMMENT ON COLUMN public.outage.followed_by IS 'The outage has this id now: an earlier first box came to light, or it merged. It is neither over nor new';
COMMENT ON COLUMN public.outage.first_at IS 'When this row was written first; of rows that follow each other the oldest names them all';
CREATE TABLE public.place (
    box text NOT NULL,
    number integer NOT NULL,
    since timestamp with time zone NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    CONSTRAINT place_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT place_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision)))
);
COMMENT ON TABLE public.place IS 'Where boxes have stood, and since when';
CREATE TABLE public.progress (
    box text NOT NULL,
    boot text NOT NULL,
    highest_seq bigint NOT NULL,
    missing int8multirange DEFAULT '{}'::int8multirange NOT NULL,
    clock text,
    clock_skew_s double precision,
    last_sent_at timestamp with time zone,
    last_received_at timestamp with time zone NOT NULL
);
CREATE VIEW public.public_place AS
 SELECT place.box,
    place.number,
    place.since,
        CASE
            WHEN box.place_is_exact THEN place.latitude
            ELSE public.rounded_latitude(place.latitude)
        END AS latitude,
        CASE
            WHEN box.place_is_exact THEN place.longitude
            ELSE public.rounded_longitude(place.latitude, place.longitude)
        END AS longitude
   FROM (public.place
     JOIN public.box ON ((box.id = place.box)))
  WHERE
        CASE
            WHEN (box.registered_at IS NULL) THEN (NOT (EXISTS ( SELECT
               FROM public.place other
              WHERE ((other.box = place.box) AND (other.number <> place.number)))))
            ELSE (NOT (EXISTS ( SELECT
               FROM public.place later
              WHERE ((later.box = place.box) AND (later.since > place.since) AND (later.since <= box.registered_at)))))
        END
UNION ALL
 SELECT place.box,
    min(place.number) AS number,
    min(place.since) AS since,
    NULL::double precision AS latitude,
    NULL::double precision AS longitude
   FROM (public.place
     JOIN public.box ON ((box.id = place.box)))
  WHERE (EXISTS ( SELECT
           FROM public.place later
          WHERE ((later.box = place.box) AND (later.since > place.since) AND (later.since <= box.registered_at))))
  GROUP BY place.box;
COMMENT ON VIEW public.public_place IS 'Where boxes have stood, rounded to 300 m unless an operator lets everybody know exactly';
CREATE TABLE public.publication (
    is_this boolean DEFAULT true NOT NULL,
    boxes text NOT NULL,
    version bigint DEFAULT 0 NOT NULL,
    CONSTRAINT publication_boxes_check CHECK ((boxes = ANY (ARRAY['all'::text, 'marked'::text]))),
    CONSTRAINT publication_is_this_check CHECK (is_this)
);
COMMENT ON TABLE public.publication IS 'Which boxes are public unless the settings of the API say otherwise';
COMMENT ON COLUMN public.publication.version IS 'Grows with each change of what everybody may see of boxes that are known';
CREATE VIEW public.shown_box AS
 SELECT box.id,
    box.district,
    box.number,
    box.name,
    stands.latitude,
    stands.longitude,
    box.registered_at,
    box.retired_at,
    box.withdrawn_at,
    box.first_seen,
    box.last_seen,
    box.is_public,
    box.place_is_exact,
    ((box.registered_at IS NULL) AND (EXISTS ( SELECT
           FROM public.place
          WHERE ((place.box = box.id) AND (place.number > 1))))) AS is_moving,
    (((box.node IS NULL) AND (box.input IS NULL)) OR (EXISTS ( SELECT
           FROM public.progress
          WHERE (progress.box = box.id)))) AS speaks_v1
   FROM (public.box
     LEFT JOIN ( SELECT DISTINCT ON (public_place.box) public_place.box,
            public_place.latitude,
            public_place.longitude
           FROM public.public_place
          ORDER BY public_place.box, public_place.since DESC) stands ON ((stands.box = box.id)));
COMMENT ON VIEW public.shown_box IS 'Every box with what everybody may know of it, if it is public';
CREATE VIEW public.public_box AS
 SELECT id,
    district,
    number,
    name,
    latitude,
    longitude,
    registered_at,
    retired_at,
    withdrawn_at,
    first_seen,
    last_seen,
    is_public,
    place_is_exact,
    is_moving,
    speaks_v1
   FROM public.shown_box
  WHERE COALESCE(is_public, (speaks_v1 AND (( SELECT publication.boxes
           FROM public.publication) = 'all'::text)));
COMMENT ON VIEW public.public_box IS 'Boxes that are public by what this database began with';
CREATE VIEW public.public_box_all AS
 SELECT id,
    district,
    number,
    name,
    latitude,
    longitude,
    registered_at,
    retired_at,
    withdrawn_at,
    first_seen,
    last_seen,
    is_public,
    place_is_exact,
    is_moving,
    speaks_v1
   FROM public.shown_box
  WHERE COALESCE(is_public, speaks_v1);
COMMENT ON VIEW public.public_box_all IS 'Boxes that are public where all are: those that speak protocol v1, unless an operator said otherwise';
CREATE VIEW public.public_box_marked AS
 SELECT id,
    district,
    number,
    name,
    latitude,
    longitude,
    registered_at,
    retired_at,
    withdrawn_at,
    first_seen,
    last_seen,
    is_public,
    place_is_exact,
    is_moving,
    speaks_v1
   FROM public.shown_box
  WHERE is_public;
COMMENT ON VIEW public.public_box_marked IS 'Boxes that an operator marked public';
CREATE TABLE public.quantity (
    name text NOT NULL,
    unit text NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL,
    standard_name text,
    label_de text NOT NULL,
    label_en text NOT NULL,
    bad double precision[] DEFAULT '{}'::double precision[] NOT NULL,
    suspect double precision[] DEFAULT '{}'::double precision[] NOT NULL,
    averaging text DEFAULT 'arithmetic'::text NOT NULL,
    decimals smallint DEFAULT 1 NOT NULL,
    is_about_box boolean DEFAULT false NOT NULL,
    CONSTRAINT quantity_averaging_check CHECK ((averaging = ANY (ARRAY['arithmetic'::text, 'energetic'::text, 'circular'::text, 'none'::text]))),
    CONSTRAINT quantity_check CHECK ((high > low)),
    CONSTRAINT quantity_decimals_check CHECK (((decimals >= 0) AND (decimals <= 6))),
    CONSTRAINT quantity_fits_integer CHECK (((decimals = 0) OR ((GREATEST(abs(low), abs(high)) * ((10)::double precision ^ (decimals)::double precision)) <= (2147483647)::double precision))),
    CONSTRAINT quantity_name_check CHECK ((name ~ '^[a-z][a-z0-9_]{0,62}$'::text))
);
COMMENT ON COLUMN public.quantity.averaging IS 'energetic: levels in decibels; circular: directions in degrees; none: totals that only grow, of which the last value and the growth count';
COMMENT ON COLUMN public.quantity.decimals IS 'A series is kept and shown with so many; one that turns out finer is given more';
CREATE TABLE public.quantity_class (
    quantity text NOT NULL,
    statistic text NOT NULL,
    class text NOT NULL,
    span numrange NOT NULL,
    source text NOT NULL,
    CONSTRAINT quantity_class_class_check CHECK ((class ~ '^[a-z][a-z0-9_]{0,62}$'::text)),
    CONSTRAINT quantity_class_span_check CHECK ((NOT isempty(span))),
    CONSTRAINT quantity_class_statistic_check CHECK ((statistic = ANY (ARRAY['newest'::text, 'hour_mean'::text, 'day_mean'::text, 'day_max'::text, 'night_min'::text])))
);
CREATE TABLE public.reject (
    id bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    box text,
    topic text NOT NULL,
    payload bytea NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    readings integer DEFAULT 0 NOT NULL
);
ALTER TABLE public.reject ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.reject_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.removed (
    relation text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    rows bigint NOT NULL,
    last_at timestamp with time zone NOT NULL
);
CREATE TABLE public.schema_migration (
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone
);
CREATE VIEW public.sender_without_credential AS
 SELECT box.id AS box,
    box.last_seen,
    (access.closed_at IS NULL) AS is_let_in
   FROM (public.box
     CROSS JOIN public.broker_access access)
  WHERE ((box.retired_at IS NULL) AND (NOT (EXISTS ( SELECT
           FROM public.box_credential held
          WHERE ((held.box = box.id) AND (held.revoked_at IS NULL) AND (held.kind <> 'node'::text))))));
COMMENT ON VIEW public.sender_without_credential IS 'Boxes in service without a credential at the broker';
ALTER TABLE public.series ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.series_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE VIEW public.storage_state AS
 SELECT 'reading'::text AS relation,
    (1)::bigint AS chunks,
    (0)::bigint AS compressed,
    (pg_total_relation_size('public.stored_reading'::regclass) + COALESCE(pg_total_relation_size(to_regclass('reading_before'::text)), (0)::bigint)) AS bytes,
    NULL::timestamp with time zone AS refreshed_at
UNION ALL
 SELECT 'reading_5m'::text AS relation,
    1 AS chunks,
    0 AS compressed,
    pg_total_relation_size('public.folded_5m'::regclass) AS bytes,
    NULL::timestamp with time zone AS refreshed_at
UNION ALL
 SELECT 'reading_1h'::text AS relation,
    1 AS chunks,
    0 AS compressed,
    pg_total_relation_size('public.rolled_1h'::regclass) AS bytes,
    NULL::timestamp with time zone AS refreshed_at
UNION ALL
 SELECT 'reading_1d'::text AS relation,
    1 AS chunks,
    0 AS compressed,
    pg_total_relation_size('public.rolled_1d'::regclass) AS bytes,
    NULL::timestamp with time zone AS refreshed_at;
COMMENT ON VIEW public.storage_state IS 'Chunks, size and last refresh of readings and rollups';
ALTER TABLE ONLY public.alarm_list
    ADD CONSTRAINT alarm_list_pkey PRIMARY KEY (log);
ALTER TABLE ONLY public.alarm
    ADD CONSTRAINT alarm_pkey PRIMARY KEY (log, name);
ALTER TABLE ONLY public.backup
    ADD CONSTRAINT backup_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.bad_position
    ADD CONSTRAINT bad_position_pkey PRIMARY KEY (latitude, longitude);
ALTER TABLE ONLY public.box_change
    ADD CONSTRAINT box_change_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.box_credential
    ADD CONSTRAINT box_credential_pkey PRIMARY KEY (username);
ALTER TABLE ONLY public.box
    ADD CONSTRAINT box_node_key UNIQUE (node);
ALTER TABLE ONLY public.box
    ADD CONSTRAINT box_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.broker_access
    ADD CONSTRAINT broker_access_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.broker_session
    ADD CONSTRAINT broker_session_client_id_key UNIQUE (client_id);
ALTER TABLE ONLY public.broker_session
    ADD CONSTRAINT broker_session_pkey PRIMARY KEY (worker);
ALTER TABLE ONLY public.civil_zone
    ADD CONSTRAINT civil_zone_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.conversion
    ADD CONSTRAINT conversion_pkey PRIMARY KEY (only_one);
ALTER TABLE ONLY public.crisis_copied
    ADD CONSTRAINT crisis_copied_pkey PRIMARY KEY (log);
ALTER TABLE ONLY public.crisis_event
    ADD CONSTRAINT crisis_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.deferred
    ADD CONSTRAINT deferred_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.district_change
    ADD CONSTRAINT district_change_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.district
    ADD CONSTRAINT district_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.feed
    ADD CONSTRAINT feed_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.folded_5m
    ADD CONSTRAINT folded_5m_pkey PRIMARY KEY (series, bucket);
ALTER TABLE ONLY public.input_declaration
    ADD CONSTRAINT input_declaration_pkey PRIMARY KEY (format, topic);
ALTER TABLE ONLY public.input_key
    ADD CONSTRAINT input_key_pkey PRIMARY KEY (format, key);
ALTER TABLE ONLY public.input_mapping
    ADD CONSTRAINT input_mapping_pkey PRIMARY KEY (format, box, name);
ALTER TABLE ONLY public.input_name
    ADD CONSTRAINT input_name_pkey PRIMARY KEY (format, box, source, name, unit);
ALTER TABLE ONLY public.input_sender
    ADD CONSTRAINT input_sender_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.input_sender
    ADD CONSTRAINT input_sender_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.latest
    ADD CONSTRAINT latest_pkey PRIMARY KEY (series);
ALTER TABLE ONLY public.limit_source
    ADD CONSTRAINT limit_source_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.limit_value
    ADD CONSTRAINT limit_value_pkey PRIMARY KEY (quantity, source, averaging_time, valid_from);
ALTER TABLE ONLY public.maintenance_part
    ADD CONSTRAINT maintenance_part_pkey PRIMARY KEY (part);
ALTER TABLE ONLY public.message_ledger
    ADD CONSTRAINT message_ledger_pkey PRIMARY KEY (minute, box);
ALTER TABLE ONLY public.outage
    ADD CONSTRAINT outage_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.place
    ADD CONSTRAINT place_box_since_key UNIQUE (box, since);
ALTER TABLE ONLY public.place
    ADD CONSTRAINT place_pkey PRIMARY KEY (box, number);
ALTER TABLE ONLY public.progress
    ADD CONSTRAINT progress_pkey PRIMARY KEY (box, boot);
ALTER TABLE ONLY public.publication
    ADD CONSTRAINT publication_pkey PRIMARY KEY (is_this);
ALTER TABLE ONLY public.quantity_class
    ADD CONSTRAINT quantity_class_pkey PRIMARY KEY (quantity, statistic, class);
ALTER TABLE ONLY public.quantity
    ADD CONSTRAINT quantity_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.reject
    ADD CONSTRAINT reject_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.removed
    ADD CONSTRAINT removed_pkey PRIMARY KEY (relation, reason);
ALTER TABLE ONLY public.retention
    ADD CONSTRAINT retention_pkey PRIMARY KEY (relation);
ALTER TABLE ONLY public.rolled_1d
    ADD CONSTRAINT rolled_1d_pkey PRIMARY KEY (series, is_utc, bucket);
ALTER TABLE ONLY public.rolled_1h
    ADD CONSTRAINT rolled_1h_pkey PRIMARY KEY (series, bucket);
ALTER TABLE ONLY public.rollup_progress
    ADD CONSTRAINT rollup_progress_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT series_box_source_quantity_key UNIQUE (box, source, quantity);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT series_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.status
    ADD CONSTRAINT status_pkey PRIMARY KEY (box, at);
ALTER TABLE ONLY public.stored_reading
    ADD CONSTRAINT stored_reading_pkey PRIMARY KEY (series, measured_at);
CREATE INDEX alarm_open ON public.alarm USING btree (kind) WHERE (ended_at IS NULL);
CREATE INDEX box_change_box ON public.box_change USING btree (box, id);
CREATE INDEX box_credential_box ON public.box_credential USING btree (box);
CREATE INDEX crisis_event_at ON public.crisis_event USING btree (at);
CREATE INDEX crisis_event_distress ON public.crisis_event USING btree (((body ->> 'distress'::text))) WHERE (kind = ANY (ARRAY['distress_taken'::text, 'distress_closed'::text]));
CREATE INDEX crisis_event_from_ingest ON public.crisis_event USING btree (received_at) WHERE (node = 'ingest'::text);
CREATE INDEX crisis_event_kind ON public.crisis_event USING btree (kind, at);
CREATE INDEX crisis_event_notice ON public.crisis_event USING btree (((body ->> 'notice'::text))) WHERE (kind = ANY (ARRAY['notice_published'::text, 'notice_withdrawn'::text]));
CREATE INDEX crisis_event_reopened ON public.crisis_event USING btree (((body ->> 'distress'::text))) WHERE (kind = 'distress_reopened'::text);
CREATE INDEX crisis_event_report ON public.crisis_event USING btree (((body ->> 'report'::text))) WHERE (kind = 'report_answered'::text);
CREATE INDEX deferred_by_box ON public.deferred USING btree (box, id) WHERE (due_at IS NULL);
CREATE INDEX deferred_due ON public.deferred USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX district_change_district ON public.district_change USING btree (district, number);
CREATE INDEX feed_committed_at ON public.feed USING btree (committed_at);
CREATE INDEX feed_order ON public.feed USING btree (tx, id);
CREATE INDEX input_key_heard_at ON public.input_key USING btree (heard_at);
CREATE INDEX late_hour_series ON public.late_hour USING btree (series, bucket);
CREATE INDEX message_ledger_gap ON public.message_ledger USING btree (box, minute) WHERE (messages_lost <> 0);
CREATE INDEX outage_names ON public.outage USING gin (names);
CREATE INDEX outage_since ON public.outage USING btree (since);
CREATE INDEX reject_received_at ON public.reject USING btree (received_at);
CREATE INDEX status_received_at ON public.status USING btree (box, received_at);
CREATE TRIGGER box_moved AFTER UPDATE OF latitude, longitude ON public.box FOR EACH ROW WHEN (((new.latitude IS NOT NULL) AND (new.longitude IS NOT NULL) AND ((new.latitude IS DISTINCT FROM old.latitude) OR (new.longitude IS DISTINCT FROM old.longitude)))) EXECUTE FUNCTION public.note_place();
CREATE TRIGGER box_placed AFTER INSERT ON public.box FOR EACH ROW WHEN (((new.latitude IS NOT NULL) AND (new.longitude IS NOT NULL))) EXECUTE FUNCTION public.note_place();
CREATE CONSTRAINT TRIGGER box_publication AFTER UPDATE OF is_public, place_is_exact, retired_at, registered_at, name, node ON public.box DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((((((old.is_public IS DISTINCT FROM new.is_public) OR (old.place_is_exact IS DISTINCT FROM new.place_is_exact)) OR (old.retired_at IS DISTINCT FROM new.retired_at)) OR (old.registered_at IS DISTINCT FROM new.registered_at)) OR (old.name IS DISTINCT FROM new.name)) OR (old.node IS DISTINCT FROM new.node))) EXECUTE FUNCTION public.count_publication();
CREATE CONSTRAINT TRIGGER box_publication_ends AFTER DELETE ON public.box DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.count_publication();
CREATE TRIGGER insert_reading INSTEAD OF INSERT ON public.reading FOR EACH ROW EXECUTE FUNCTION public.insert_reading();
CREATE TRIGGER pass_on_decimals AFTER UPDATE OF decimals ON public.quantity FOR EACH ROW WHEN ((old.decimals IS DISTINCT FROM new.decimals)) EXECUTE FUNCTION public.pass_on_decimals();
CREATE CONSTRAINT TRIGGER publication_boxes AFTER UPDATE OF boxes ON public.publication DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.boxes IS DISTINCT FROM new.boxes)) EXECUTE FUNCTION public.count_publication();
CREATE TRIGGER take_from_quantity BEFORE INSERT ON public.series FOR EACH ROW EXECUTE FUNCTION public.take_from_quantity();
ALTER TABLE ONLY public.alarm
    ADD CONSTRAINT alarm_log_fkey FOREIGN KEY (log) REFERENCES public.alarm_list(log) ON DELETE CASCADE;
ALTER TABLE ONLY public.box_change
    ADD CONSTRAINT box_change_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
ALTER TABLE ONLY public.box_credential
    ADD CONSTRAINT box_credential_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
ALTER TABLE ONLY public.input_mapping
    ADD CONSTRAINT input_mapping_quantity_fkey FOREIGN KEY (quantity) REFERENCES public.quantity(name) ON DELETE CASCADE;
ALTER TABLE ONLY public.latest
    ADD CONSTRAINT latest_series_fkey FOREIGN KEY (series) REFERENCES public.series(id);
ALTER TABLE ONLY public.limit_value
    ADD CONSTRAINT limit_value_quantity_fkey FOREIGN KEY (quantity) REFERENCES public.quantity(name) ON DELETE CASCADE;
ALTER TABLE ONLY public.limit_value
    ADD CONSTRAINT limit_value_source_fkey FOREIGN KEY (source) REFERENCES public.limit_source(name);
ALTER TABLE ONLY public.place
    ADD CONSTRAINT place_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
ALTER TABLE ONLY public.progress
    ADD CONSTRAINT progress_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
ALTER TABLE ONLY public.quantity_class
    ADD CONSTRAINT quantity_class_quantity_fkey FOREIGN KEY (quantity) REFERENCES public.quantity(name) ON DELETE CASCADE;
ALTER TABLE ONLY public.quantity_class
    ADD CONSTRAINT quantity_class_source_fkey FOREIGN KEY (source) REFERENCES public.limit_source(name);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT series_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT series_quantity_fkey FOREIGN KEY (quantity) REFERENCES public.quantity(name);
ALTER TABLE ONLY public.status
    ADD CONSTRAINT status_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
