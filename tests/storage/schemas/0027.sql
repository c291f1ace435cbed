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
CREATE PROCEDURE public.grant_sight(IN reader name)
    LANGUAGE plpgsql
    AS $$
DECLARE
    relation text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), reader);
    FOREACH relation IN ARRAY ARRAY['box', 'quantity', 'series', 'reading', 'latest', 'status', 'message_ledger', 'progress',
        'retention', 'removed', 'folded_5m', 'folded_1h', 'folded_1d', 'reading_5m', 'reading_1h', 'reading_1d',
        'schema_migration', 'box_state', 'crisis_call', 'crisis_notice', 'crisis_change', 'storage_state'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO %I', relation, reader);
    END LOOP;
    FOREACH relation IN ARRAY ARRAY['rolled_5m', 'rolled_1h', 'rolled_1d'] LOOP  -- of the Community edition
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
          AND class.relname IN ('reading', 'rolled_5m', 'rolled_1h', 'rolled_1d')
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
CREATE FUNCTION public.measured_since(box text, moment timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT EXISTS (
    SELECT FROM series JOIN latest ON latest.series = series.id
    WHERE series.box = $1 AND latest.received_at > $2 AND latest.measured_at > $2 + INTERVAL '1 second' * coalesce((
        SELECT progress.clock_skew_s FROM progress WHERE progress.box = $1 ORDER BY progress.last_received_at DESC LIMIT 1), 0))
$_$;
COMMENT ON FUNCTION public.measured_since(box text, moment timestamp with time zone) IS 'Whether a box measured anything after a moment: then a last will of that moment is over';
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
CREATE TABLE public.folded_1d (
    bucket timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    total double precision NOT NULL,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    count bigint NOT NULL,
    series integer NOT NULL
);
CREATE TABLE public.reading (
    measured_at timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    series integer NOT NULL,
    delay_s integer NOT NULL,
    flag smallint DEFAULT 0 NOT NULL
);
CREATE VIEW public.reading_1d AS
 SELECT series,
    bucket,
    (sum(total) / (sum(count))::double precision) AS avg,
    min(min) AS min,
    max(max) AS max,
    (sum(count))::bigint AS count,
    (array_agg(last ORDER BY part.last_at DESC))[1] AS last,
    max(last_at) AS last_at
   FROM ( SELECT reading.series,
            date_bin('1 day'::interval, reading.measured_at, '2000-01-01 00:00:00+00'::timestamp with time zone) AS bucket,
            reading.value AS total,
            reading.value AS min,
            reading.value AS max,
            1 AS count,
            reading.value AS last,
            reading.measured_at AS last_at
           FROM public.reading
        UNION ALL
         SELECT folded_1d.series,
            folded_1d.bucket,
            folded_1d.total,
            folded_1d.min,
            folded_1d.max,
            folded_1d.count,
            folded_1d.last,
            folded_1d.last_at
           FROM public.folded_1d) part
  GROUP BY series, bucket;
CREATE FUNCTION public.reading_1d_between(series integer[], since timestamp with time zone, until timestamp with time zone) RETURNS SETOF public.reading_1d
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       (array_agg(last ORDER BY last_at DESC))[1] AS last, max(last_at) AS last_at
FROM (
    SELECT series, date_bin('1 day', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading WHERE measured_at >= $2 AND measured_at < $3 + INTERVAL '1 day'
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_1d
) AS part
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
GROUP BY series, bucket
$_$;
COMMENT ON FUNCTION public.reading_1d_between(series integer[], since timestamp with time zone, until timestamp with time zone) IS 'The rows of reading_1d of these series from since until before until; reads only what it must';
CREATE TABLE public.folded_1h (
    bucket timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    total double precision NOT NULL,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    count bigint NOT NULL,
    series integer NOT NULL
);
CREATE VIEW public.reading_1h AS
 SELECT series,
    bucket,
    (sum(total) / (sum(count))::double precision) AS avg,
    min(min) AS min,
    max(max) AS max,
    (sum(count))::bigint AS count,
    (array_agg(last ORDER BY part.last_at DESC))[1] AS last,
    max(last_at) AS last_at
   FROM ( SELECT reading.series,
            date_bin('01:00:00'::interval, reading.measured_at, '2000-01-01 00:00:00+00'::timestamp with time zone) AS bucket,
            reading.value AS total,
            reading.value AS min,
            reading.value AS max,
            1 AS count,
            reading.value AS last,
            reading.measured_at AS last_at
           FROM public.reading
        UNION ALL
         SELECT folded_1h.series,
            folded_1h.bucket,
            folded_1h.total,
            folded_1h.min,
            folded_1h.max,
            folded_1h.count,
            folded_1h.last,
            folded_1h.last_at
           FROM public.folded_1h) part
  GROUP BY series, bucket;
CREATE FUNCTION public.reading_1h_between(series integer[], since timestamp with time zone, until timestamp with time zone) RETURNS SETOF public.reading_1h
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       (array_agg(last ORDER BY last_at DESC))[1] AS last, max(last_at) AS last_at
FROM (
    SELECT series, date_bin('1 hour', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading WHERE measured_at >= $2 AND measured_at < $3 + INTERVAL '1 hour'
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_1h
) AS part
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
GROUP BY series, bucket
$_$;
COMMENT ON FUNCTION public.reading_1h_between(series integer[], since timestamp with time zone, until timestamp with time zone) IS 'The rows of reading_1h of these series from since until before until; reads only what it must';
CREATE TABLE public.folded_5m (
    bucket timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    total double precision NOT NULL,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    count bigint NOT NULL,
    series integer NOT NULL
);
CREATE VIEW public.reading_5m AS
 SELECT series,
    bucket,
    (sum(total) / (sum(count))::double precision) AS avg,
    min(min) AS min,
    max(max) AS max,
    (sum(count))::bigint AS count,
    (array_agg(last ORDER BY part.last_at DESC))[1] AS last,
    max(last_at) AS last_at
   FROM ( SELECT reading.series,
            date_bin('00:05:00'::interval, reading.measured_at, '2000-01-01 00:00:00+00'::timestamp with time zone) AS bucket,
            reading.value AS total,
            reading.value AS min,
            reading.value AS max,
            1 AS count,
            reading.value AS last,
            reading.measured_at AS last_at
           FROM public.reading
        UNION ALL
         SELECT folded_5m.series,
            folded_5m.bucket,
            folded_5m.total,
            folded_5m.min,
            folded_5m.max,
            folded_5m.count,
            folded_5m.last,
            folded_5m.last_at
           FROM public.folded_5m) part
  GROUP BY series, bucket;
CREATE FUNCTION public.reading_5m_between(series integer[], since timestamp with time zone, until timestamp with time zone) RETURNS SETOF public.reading_5m
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT series, bucket, sum(total) / sum(count)::float8 AS avg, min(min) AS min, max(max) AS max, sum(count)::bigint AS count,
       (array_agg(last ORDER BY last_at DESC))[1] AS last, max(last_at) AS last_at
FROM (
    SELECT series, date_bin('5 minutes', measured_at, '2000-01-01 00:00:00+00') AS bucket,
           value AS total, value AS min, value AS max, 1 AS count, value AS last, measured_at AS last_at
    FROM reading WHERE measured_at >= $2 AND measured_at < $3 + INTERVAL '5 minutes'
    UNION ALL
    SELECT series, bucket, total, min, max, count, last, last_at FROM folded_5m
) AS part
WHERE series = ANY ($1) AND bucket >= $2 AND bucket < $3
GROUP BY series, bucket
$_$;
COMMENT ON FUNCTION public.reading_5m_between(series integer[], since timestamp with time zone, until timestamp with time zone) IS 'The rows of reading_5m of these series from since until before until; reads only what it must';
CREATE FUNCTION public.reading_points_between(series integer[], since timestamp with time zone, until timestamp with time zone, width_ms bigint) RETURNS SETOF public.reading_5m
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $_$
SELECT series, bucket, avg, min, max, count, last, last_at FROM reading_5m_between($1, $2, $3) WHERE $4 < 1800000
UNION ALL
SELECT series, bucket, avg, min, max, count, last, last_at FROM reading_1h_between($1, $2, $3) WHERE $4 >= 1800000 AND $4 < 21600000
UNION ALL
SELECT series, bucket, avg, min, max, count, last, last_at FROM reading_1d_between($1, $2, $3) WHERE $4 >= 21600000
$_$;
COMMENT ON FUNCTION public.reading_points_between(series integer[], since timestamp with time zone, until timestamp with time zone, width_ms bigint) IS 'Five minutes, from a width of half an hour on hours, from six hours on days; since until before until';
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
    CONSTRAINT box_district_check CHECK (((district >= 0) AND (district <= 255))),
    CONSTRAINT box_id_check CHECK ((id ~ '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$'::text)),
    CONSTRAINT box_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT box_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT box_number_check CHECK (((number >= 0) AND (number <= 255)))
);
COMMENT ON TABLE public.box IS 'Boxes: registered, only seen (registered_at is null), or retired (retired_at is set)';
CREATE TABLE public.box_change (
    id bigint NOT NULL,
    box text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    via text NOT NULL,
    change text NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    CONSTRAINT box_change_change_check CHECK ((change = ANY (ARRAY['register'::text, 'rename'::text, 'move'::text, 'retire'::text, 'credential'::text, 'revoke'::text]))),
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
CREATE TABLE public.series (
    id integer NOT NULL,
    box text NOT NULL,
    source text NOT NULL,
    quantity text NOT NULL
);
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
    LEAST(call.at, call.received_at) AS at,
    taken.at AS taken_at,
    closed.at AS closed_at
   FROM ((public.crisis_event call
     LEFT JOIN LATERAL ( SELECT min(event.at) AS at
           FROM public.crisis_event event
          WHERE ((event.kind = 'distress_taken'::text) AND ((event.body ->> 'distress'::text) = (call.id)::text))) taken ON (true))
     LEFT JOIN LATERAL ( SELECT min(event.at) AS at
           FROM public.crisis_event event
          WHERE (((event.kind = 'distress_closed'::text) AND ((event.body ->> 'distress'::text) = (call.id)::text)) OR ((event.kind = 'report_answered'::text) AND ((event.body ->> 'report'::text) = (call.id)::text)))) closed ON (true))
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
CREATE TABLE public.retention (
    relation text NOT NULL,
    since timestamp with time zone NOT NULL
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
    pg_total_relation_size('public.reading'::regclass) AS bytes,
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
    pg_total_relation_size('public.folded_1h'::regclass) AS bytes,
    NULL::timestamp with time zone AS refreshed_at
UNION ALL
 SELECT 'reading_1d'::text AS relation,
    1 AS chunks,
    0 AS compressed,
    pg_total_relation_size('public.folded_1d'::regclass) AS bytes,
    NULL::timestamp with time zone AS refreshed_at;
COMMENT ON VIEW public.storage_state IS 'Chunks, size and last refresh of readings and rollups';
INSERT INTO public.bad_position VALUES (0, 0, 1);
INSERT INTO public.box VALUES ('71-01', 113, 1, NULL, NULL, NULL, '2026-01-01 00:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.box VALUES ('balkon', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.broker_access VALUES (true, '2026-11-30 09:43:36.222429+00', NULL);
INSERT INTO public.crisis_event VALUES ('0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e', 'hub', '2026-01-03 00:00:00+00', 'anna', 'mode_set', '{"mode": "normal"}', '2026-11-30 09:43:36.251461+00', NULL);
INSERT INTO public.latest VALUES (1, '2026-01-05 20:03:00+00', 11, 1, '2026-01-05 20:03:29+00');
INSERT INTO public.latest VALUES (2, '2026-01-05 20:03:00+00', 21, 1, '2026-01-05 20:03:29+00');
INSERT INTO public.latest VALUES (3, '2026-01-05 20:03:00+00', 31, 1, '2026-01-05 20:03:29+00');
INSERT INTO public.limit_source VALUES ('who_2021', 'guideline', 'WHO global air quality guidelines, Geneva 2021, table 0.1', 'https://www.who.int/publications/i/item/9789240034228');
INSERT INTO public.limit_source VALUES ('eu_2008_50', 'law', 'Directive 2008/50/EC, annexes XI and XIV', 'https://eur-lex.europa.eu/eli/dir/2008/50/oj');
INSERT INTO public.limit_source VALUES ('eu_2024_2881', 'law', 'Directive (EU) 2024/2881, annex I, section 1', 'https://eur-lex.europa.eu/eli/dir/2024/2881/oj');
INSERT INTO public.limit_source VALUES ('dwd', 'definition', 'Deutscher Wetterdienst, Wetter- und Klimalexikon', 'https://www.dwd.de/DE/service/lexikon/lexikon_node.html');
INSERT INTO public.limit_source VALUES ('kiezbox', 'definition', 'Kiezbox', NULL);
INSERT INTO public.limit_value VALUES ('pm2_5', 'who_2021', 'day', 15, 3, 0.9, '2021-09-22', NULL);
INSERT INTO public.limit_value VALUES ('pm2_5', 'who_2021', 'year', 5, NULL, 0.9, '2021-09-22', NULL);
INSERT INTO public.limit_value VALUES ('pm10', 'who_2021', 'day', 45, 3, 0.9, '2021-09-22', NULL);
INSERT INTO public.limit_value VALUES ('pm10', 'who_2021', 'year', 15, NULL, 0.9, '2021-09-22', NULL);
INSERT INTO public.limit_value VALUES ('pm2_5', 'eu_2008_50', 'year', 25, NULL, 0.9, '2015-01-01', '2026-12-11');
INSERT INTO public.limit_value VALUES ('pm10', 'eu_2008_50', 'day', 50, 35, 0.9, '2008-06-11', '2026-12-11');
INSERT INTO public.limit_value VALUES ('pm10', 'eu_2008_50', 'year', 40, NULL, 0.9, '2008-06-11', '2026-12-11');
INSERT INTO public.limit_value VALUES ('pm2_5', 'eu_2024_2881', 'year', 25, NULL, 0.9, '2026-12-12', '2029-12-31');
INSERT INTO public.limit_value VALUES ('pm10', 'eu_2024_2881', 'day', 50, 35, 0.9, '2026-12-12', '2029-12-31');
INSERT INTO public.limit_value VALUES ('pm10', 'eu_2024_2881', 'year', 40, NULL, 0.9, '2026-12-12', '2029-12-31');
INSERT INTO public.limit_value VALUES ('pm2_5', 'eu_2024_2881', 'day', 25, 18, 0.9, '2030-01-01', NULL);
INSERT INTO public.limit_value VALUES ('pm2_5', 'eu_2024_2881', 'year', 10, NULL, 0.9, '2030-01-01', NULL);
INSERT INTO public.limit_value VALUES ('pm10', 'eu_2024_2881', 'day', 45, 18, 0.9, '2030-01-01', NULL);
INSERT INTO public.limit_value VALUES ('pm10', 'eu_2024_2881', 'year', 20, NULL, 0.9, '2030-01-01', NULL);
INSERT INTO public.message_ledger VALUES ('2026-01-01 00:03:00+00', '71-01', 60, 60, 0, 0, 60, 60, 0, 0, 0, 0);
INSERT INTO public.message_ledger VALUES ('2026-01-01 00:03:00+00', 'balkon', 30, 30, 0, 0, 30, 30, 0, 0, 0, 0);
INSERT INTO public.progress VALUES ('71-01', '5f0c9a1e', 63, '{[7,9),[12,13)}', NULL, NULL, NULL, '2026-01-05 20:03:00+00');
INSERT INTO public.quantity VALUES ('temperature_outside', 'Cel', -60, 70, 'air_temperature', 'Außentemperatur', 'Outdoor temperature', '{-127}', '{85}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('temperature', 'Cel', -60, 70, 'air_temperature', 'Temperatur', 'Temperature', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('humidity', '%', 0, 100, 'relative_humidity', 'Luftfeuchte', 'Humidity', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('pressure', 'hPa', 300, 1100, 'air_pressure', 'Luftdruck', 'Air pressure', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('pm2_5', 'ug/m3', 0, 2000, 'mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air', 'Feinstaub PM2,5', 'PM2.5', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('pm10', 'ug/m3', 0, 2000, 'mass_concentration_of_pm10_ambient_aerosol_particles_in_air', 'Feinstaub PM10', 'PM10', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('noise', 'dB[A]', 0, 160, NULL, 'Lärm', 'Noise', '{}', '{}', 'energetic', 1, false);
INSERT INTO public.quantity VALUES ('water_level', 'cm', 0, 2000, NULL, 'Wasserstand', 'Water level', '{}', '{}', 'arithmetic', 0, false);
INSERT INTO public.quantity VALUES ('gas_resistance', 'kOhm', 0, 100000, NULL, 'Gaswiderstand', 'Gas resistance', '{}', '{}', 'arithmetic', 2, false);
INSERT INTO public.quantity VALUES ('temperature_inside', 'Cel', -60, 120, NULL, 'Innentemperatur', 'Temperature inside the box', '{}', '{}', 'arithmetic', 1, true);
INSERT INTO public.quantity VALUES ('humidity_inside', '%', 0, 100, NULL, 'Luftfeuchte innen', 'Humidity inside the box', '{}', '{}', 'arithmetic', 1, true);
INSERT INTO public.quantity VALUES ('temperature_clock', 'Cel', -60, 120, NULL, 'Temperatur der Uhr', 'Temperature of the clock', '{}', '{}', 'arithmetic', 2, true);
INSERT INTO public.quantity VALUES ('solar_voltage', 'V', 0, 200, NULL, 'Solarspannung', 'Solar voltage', '{}', '{}', 'arithmetic', 2, true);
INSERT INTO public.quantity VALUES ('solar_power', 'W', 0, 5000, NULL, 'Solarleistung', 'Solar power', '{}', '{}', 'arithmetic', 1, true);
INSERT INTO public.quantity VALUES ('solar_energy_today', 'kW.h', 0, 100, NULL, 'Solarertrag heute', 'Solar energy today', '{}', '{}', 'none', 3, true);
INSERT INTO public.quantity VALUES ('solar_energy_total', 'kW.h', 0, 1000000, NULL, 'Solarertrag gesamt', 'Solar energy in total', '{}', '{}', 'none', 3, true);
INSERT INTO public.quantity VALUES ('battery_voltage', 'V', 0, 80, NULL, 'Batteriespannung', 'Battery voltage', '{}', '{}', 'arithmetic', 2, true);
INSERT INTO public.quantity VALUES ('battery_current', 'A', -500, 500, NULL, 'Ladestrom', 'Charging current', '{}', '{}', 'arithmetic', 2, true);
INSERT INTO public.quantity VALUES ('wifi_clients', '1', 0, 10000, NULL, 'WLAN-Geräte', 'Wi-Fi clients', '{}', '{}', 'arithmetic', 0, true);
INSERT INTO public.quantity VALUES ('pm1', 'ug/m3', 0, 2000, 'mass_concentration_of_pm1_ambient_aerosol_particles_in_air', 'Feinstaub PM1', 'PM1', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('pm4', 'ug/m3', 0, 2000, NULL, 'Feinstaub PM4', 'PM4', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('co2', '[ppm]', 100, 40000, 'mole_fraction_of_carbon_dioxide_in_air', 'Kohlendioxid (CO₂)', 'Carbon dioxide (CO₂)', '{}', '{}', 'arithmetic', 0, false);
INSERT INTO public.quantity VALUES ('noise_min', 'dB[A]', 0, 160, NULL, 'Lärm, leisester Wert', 'Noise, lowest level', '{}', '{}', 'energetic', 1, false);
INSERT INTO public.quantity VALUES ('noise_max', 'dB[A]', 0, 160, NULL, 'Lärm, lautester Wert', 'Noise, highest level', '{}', '{}', 'energetic', 1, false);
INSERT INTO public.quantity VALUES ('illuminance', 'lx', 0, 200000, NULL, 'Helligkeit', 'Illuminance', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('wind_speed', 'm/s', 0, 120, 'wind_speed', 'Windgeschwindigkeit', 'Wind speed', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('wind_gust', 'm/s', 0, 120, 'wind_speed_of_gust', 'Windböen', 'Wind gusts', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('wind_direction', 'deg', 0, 360, 'wind_from_direction', 'Windrichtung', 'Wind direction', '{}', '{}', 'circular', 0, false);
INSERT INTO public.quantity VALUES ('rain_1h', 'mm', 0, 500, 'thickness_of_rainfall_amount', 'Regen in der letzten Stunde', 'Rain in the last hour', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('rain_24h', 'mm', 0, 2000, 'thickness_of_rainfall_amount', 'Regen in den letzten 24 Stunden', 'Rain in the last 24 hours', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('soil_moisture', '%', 0, 100, 'volume_fraction_of_condensed_water_in_soil', 'Bodenfeuchte', 'Soil moisture', '{}', '{}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('soil_temperature', 'Cel', -60, 100, 'soil_temperature', 'Bodentemperatur', 'Soil temperature', '{-127}', '{85}', 'arithmetic', 1, false);
INSERT INTO public.quantity VALUES ('voc_index', '1', 1, 500, NULL, 'VOC-Index', 'VOC index', '{}', '{0}', 'arithmetic', 0, false);
INSERT INTO public.quantity VALUES ('nox_index', '1', 1, 500, NULL, 'NOx-Index', 'NOx index', '{}', '{0}', 'arithmetic', 0, false);
INSERT INTO public.quantity VALUES ('iaq', '1', 0, 500, NULL, 'Luftgüteindex (IAQ)', 'Air quality index (IAQ)', '{}', '{}', 'arithmetic', 0, false);
INSERT INTO public.quantity VALUES ('radiation', 'uSv/h', 0, 10000, NULL, 'Ortsdosisleistung', 'Ambient dose rate', '{}', '{}', 'arithmetic', 3, false);
INSERT INTO public.quantity_class VALUES ('pm2_5', 'day_mean', 'good', '(,15]', 'who_2021');
INSERT INTO public.quantity_class VALUES ('pm2_5', 'day_mean', 'raised', '(15,25]', 'who_2021');
INSERT INTO public.quantity_class VALUES ('pm2_5', 'day_mean', 'high', '(25,)', 'eu_2024_2881');
INSERT INTO public.quantity_class VALUES ('pm10', 'day_mean', 'good', '(,45]', 'who_2021');
INSERT INTO public.quantity_class VALUES ('pm10', 'day_mean', 'raised', '(45,50]', 'who_2021');
INSERT INTO public.quantity_class VALUES ('pm10', 'day_mean', 'high', '(50,)', 'eu_2024_2881');
INSERT INTO public.quantity_class VALUES ('temperature', 'newest', 'frost', '(,0)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature_outside', 'newest', 'frost', '(,0)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature', 'newest', 'mild', '[0,25)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature_outside', 'newest', 'mild', '[0,25)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature', 'newest', 'summer', '[25,30)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature_outside', 'newest', 'summer', '[25,30)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature', 'newest', 'hot', '[30,)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature_outside', 'newest', 'hot', '[30,)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature', 'hour_mean', 'heat', '(35,)', 'kiezbox');
INSERT INTO public.quantity_class VALUES ('temperature_outside', 'hour_mean', 'heat', '(35,)', 'kiezbox');
INSERT INTO public.quantity_class VALUES ('temperature', 'day_max', 'hot_day', '[30,)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature_outside', 'day_max', 'hot_day', '[30,)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature', 'night_min', 'tropical_night', '[20,)', 'dwd');
INSERT INTO public.quantity_class VALUES ('temperature_outside', 'night_min', 'tropical_night', '[20,)', 'dwd');
INSERT INTO public.reading VALUES ('2026-01-01 00:03:00+00', 10, 1, 0, 0);
INSERT INTO public.reading VALUES ('2026-01-01 04:03:00+00', 11, 1, 1, 1);
INSERT INTO public.reading VALUES ('2026-01-01 08:03:00+00', 12, 1, 2, 0);
INSERT INTO public.reading VALUES ('2026-01-01 12:03:00+00', 13, 1, 3, 1);
INSERT INTO public.reading VALUES ('2026-01-01 16:03:00+00', 14, 1, 4, 0);
INSERT INTO public.reading VALUES ('2026-01-01 20:03:00+00', 15, 1, 5, 1);
INSERT INTO public.reading VALUES ('2026-01-02 00:03:00+00', 16, 1, 6, 0);
INSERT INTO public.reading VALUES ('2026-01-02 04:03:00+00', 10, 1, 7, 1);
INSERT INTO public.reading VALUES ('2026-01-02 08:03:00+00', 11, 1, 8, 0);
INSERT INTO public.reading VALUES ('2026-01-02 12:03:00+00', 12, 1, 9, 1);
INSERT INTO public.reading VALUES ('2026-01-02 16:03:00+00', 13, 1, 10, 0);
INSERT INTO public.reading VALUES ('2026-01-02 20:03:00+00', 14, 1, 11, 1);
INSERT INTO public.reading VALUES ('2026-01-03 00:03:00+00', 15, 1, 12, 0);
INSERT INTO public.reading VALUES ('2026-01-03 04:03:00+00', 16, 1, 13, 1);
INSERT INTO public.reading VALUES ('2026-01-03 08:03:00+00', 10, 1, 14, 0);
INSERT INTO public.reading VALUES ('2026-01-03 12:03:00+00', 11, 1, 15, 1);
INSERT INTO public.reading VALUES ('2026-01-03 16:03:00+00', 12, 1, 16, 0);
INSERT INTO public.reading VALUES ('2026-01-03 20:03:00+00', 13, 1, 17, 1);
INSERT INTO public.reading VALUES ('2026-01-04 00:03:00+00', 14, 1, 18, 0);
INSERT INTO public.reading VALUES ('2026-01-04 04:03:00+00', 15, 1, 19, 1);
INSERT INTO public.reading VALUES ('2026-01-04 08:03:00+00', 16, 1, 20, 0);
INSERT INTO public.reading VALUES ('2026-01-04 12:03:00+00', 10, 1, 21, 1);
INSERT INTO public.reading VALUES ('2026-01-04 16:03:00+00', 11, 1, 22, 0);
INSERT INTO public.reading VALUES ('2026-01-04 20:03:00+00', 12, 1, 23, 1);
INSERT INTO public.reading VALUES ('2026-01-05 00:03:00+00', 13, 1, 24, 0);
INSERT INTO public.reading VALUES ('2026-01-05 04:03:00+00', 14, 1, 25, 1);
INSERT INTO public.reading VALUES ('2026-01-05 08:03:00+00', 15, 1, 26, 0);
INSERT INTO public.reading VALUES ('2026-01-05 12:03:00+00', 16, 1, 27, 1);
INSERT INTO public.reading VALUES ('2026-01-05 16:03:00+00', 10, 1, 28, 0);
INSERT INTO public.reading VALUES ('2026-01-05 20:03:00+00', 11, 1, 29, 1);
INSERT INTO public.reading VALUES ('2026-01-01 00:03:00+00', 20, 2, 0, 0);
INSERT INTO public.reading VALUES ('2026-01-01 04:03:00+00', 21, 2, 1, 1);
INSERT INTO public.reading VALUES ('2026-01-01 08:03:00+00', 22, 2, 2, 0);
INSERT INTO public.reading VALUES ('2026-01-01 12:03:00+00', 23, 2, 3, 1);
INSERT INTO public.reading VALUES ('2026-01-01 16:03:00+00', 24, 2, 4, 0);
INSERT INTO public.reading VALUES ('2026-01-01 20:03:00+00', 25, 2, 5, 1);
INSERT INTO public.reading VALUES ('2026-01-02 00:03:00+00', 26, 2, 6, 0);
INSERT INTO public.reading VALUES ('2026-01-02 04:03:00+00', 20, 2, 7, 1);
INSERT INTO public.reading VALUES ('2026-01-02 08:03:00+00', 21, 2, 8, 0);
INSERT INTO public.reading VALUES ('2026-01-02 12:03:00+00', 22, 2, 9, 1);
INSERT INTO public.reading VALUES ('2026-01-02 16:03:00+00', 23, 2, 10, 0);
INSERT INTO public.reading VALUES ('2026-01-02 20:03:00+00', 24, 2, 11, 1);
INSERT INTO public.reading VALUES ('2026-01-03 00:03:00+00', 25, 2, 12, 0);
INSERT INTO public.reading VALUES ('2026-01-03 04:03:00+00', 26, 2, 13, 1);
INSERT INTO public.reading VALUES ('2026-01-03 08:03:00+00', 20, 2, 14, 0);
INSERT INTO public.reading VALUES ('2026-01-03 12:03:00+00', 21, 2, 15, 1);
INSERT INTO public.reading VALUES ('2026-01-03 16:03:00+00', 22, 2, 16, 0);
INSERT INTO public.reading VALUES ('2026-01-03 20:03:00+00', 23, 2, 17, 1);
INSERT INTO public.reading VALUES ('2026-01-04 00:03:00+00', 24, 2, 18, 0);
INSERT INTO public.reading VALUES ('2026-01-04 04:03:00+00', 25, 2, 19, 1);
INSERT INTO public.reading VALUES ('2026-01-04 08:03:00+00', 26, 2, 20, 0);
INSERT INTO public.reading VALUES ('2026-01-04 12:03:00+00', 20, 2, 21, 1);
INSERT INTO public.reading VALUES ('2026-01-04 16:03:00+00', 21, 2, 22, 0);
INSERT INTO public.reading VALUES ('2026-01-04 20:03:00+00', 22, 2, 23, 1);
INSERT INTO public.reading VALUES ('2026-01-05 00:03:00+00', 23, 2, 24, 0);
INSERT INTO public.reading VALUES ('2026-01-05 04:03:00+00', 24, 2, 25, 1);
INSERT INTO public.reading VALUES ('2026-01-05 08:03:00+00', 25, 2, 26, 0);
INSERT INTO public.reading VALUES ('2026-01-05 12:03:00+00', 26, 2, 27, 1);
INSERT INTO public.reading VALUES ('2026-01-05 16:03:00+00', 20, 2, 28, 0);
INSERT INTO public.reading VALUES ('2026-01-05 20:03:00+00', 21, 2, 29, 1);
INSERT INTO public.reading VALUES ('2026-01-01 00:03:00+00', 30, 3, 0, 0);
INSERT INTO public.reading VALUES ('2026-01-01 04:03:00+00', 31, 3, 1, 1);
INSERT INTO public.reading VALUES ('2026-01-01 08:03:00+00', 32, 3, 2, 0);
INSERT INTO public.reading VALUES ('2026-01-01 12:03:00+00', 33, 3, 3, 1);
INSERT INTO public.reading VALUES ('2026-01-01 16:03:00+00', 34, 3, 4, 0);
INSERT INTO public.reading VALUES ('2026-01-01 20:03:00+00', 35, 3, 5, 1);
INSERT INTO public.reading VALUES ('2026-01-02 00:03:00+00', 36, 3, 6, 0);
INSERT INTO public.reading VALUES ('2026-01-02 04:03:00+00', 30, 3, 7, 1);
INSERT INTO public.reading VALUES ('2026-01-02 08:03:00+00', 31, 3, 8, 0);
INSERT INTO public.reading VALUES ('2026-01-02 12:03:00+00', 32, 3, 9, 1);
INSERT INTO public.reading VALUES ('2026-01-02 16:03:00+00', 33, 3, 10, 0);
INSERT INTO public.reading VALUES ('2026-01-02 20:03:00+00', 34, 3, 11, 1);
INSERT INTO public.reading VALUES ('2026-01-03 00:03:00+00', 35, 3, 12, 0);
INSERT INTO public.reading VALUES ('2026-01-03 04:03:00+00', 36, 3, 13, 1);
INSERT INTO public.reading VALUES ('2026-01-03 08:03:00+00', 30, 3, 14, 0);
INSERT INTO public.reading VALUES ('2026-01-03 12:03:00+00', 31, 3, 15, 1);
INSERT INTO public.reading VALUES ('2026-01-03 16:03:00+00', 32, 3, 16, 0);
INSERT INTO public.reading VALUES ('2026-01-03 20:03:00+00', 33, 3, 17, 1);
INSERT INTO public.reading VALUES ('2026-01-04 00:03:00+00', 34, 3, 18, 0);
INSERT INTO public.reading VALUES ('2026-01-04 04:03:00+00', 35, 3, 19, 1);
INSERT INTO public.reading VALUES ('2026-01-04 08:03:00+00', 36, 3, 20, 0);
INSERT INTO public.reading VALUES ('2026-01-04 12:03:00+00', 30, 3, 21, 1);
INSERT INTO public.reading VALUES ('2026-01-04 16:03:00+00', 31, 3, 22, 0);
INSERT INTO public.reading VALUES ('2026-01-04 20:03:00+00', 32, 3, 23, 1);
INSERT INTO public.reading VALUES ('2026-01-05 00:03:00+00', 33, 3, 24, 0);
INSERT INTO public.reading VALUES ('2026-01-05 04:03:00+00', 34, 3, 25, 1);
INSERT INTO public.reading VALUES ('2026-01-05 08:03:00+00', 35, 3, 26, 0);
INSERT INTO public.reading VALUES ('2026-01-05 12:03:00+00', 36, 3, 27, 1);
INSERT INTO public.reading VALUES ('2026-01-05 16:03:00+00', 30, 3, 28, 0);
INSERT INTO public.reading VALUES ('2026-01-05 20:03:00+00', 31, 3, 29, 1);
INSERT INTO public.reject OVERRIDING SYSTEM VALUE VALUES (1, '2026-01-02 00:00:00+00', NULL, 'kb/v1/71-01/telemetry', '\x7b00ff', 'bad_json', 'it ends too early', 0);
INSERT INTO public.schema_migration VALUES ('0001_box', '250b9eb069914de0acc1e44c781a5da8cd091630dd3ec52df479a1e658cacb1b', '2026-11-30 09:43:36.106507+00');
INSERT INTO public.schema_migration VALUES ('0002_quantity', '7d2742a1cf1bc863b92b0ce9431971fcf5e38ecc1ddbc29cf8c9bb96b2b86980', '2026-11-30 09:43:36.117368+00');
INSERT INTO public.schema_migration VALUES ('0003_reading', '47b930c930fc66d96d3a2c6edcc6feaeb1cac091d6cc88107c3b7081d57d834a', '2026-11-30 09:43:36.126531+00');
INSERT INTO public.schema_migration VALUES ('0003_reading.timescale', 'fc42f9416e2e15e99d51f3ed5f74b67833c4f383037b6c65bd3a7630f43a2bf8', NULL);
INSERT INTO public.schema_migration VALUES ('0004_ledger', '7512502350f66daf88cad74e56843f22faeae326778d5d99d32801ac03330ffe', '2026-11-30 09:43:36.130337+00');
INSERT INTO public.schema_migration VALUES ('0005_rollup', '5eb42ec07188c61cf68661c77d7581a90159e63750da3f483e939fd6d69901ec', '2026-11-30 09:43:36.136336+00');
INSERT INTO public.schema_migration VALUES ('0005_rollup.timescale', 'ebde9287bc149ca4705203ad0f2c287bc1e5a0a6f1759accb075182f7c382385', NULL);
INSERT INTO public.schema_migration VALUES ('0005_rollup.community', '7fd64b95e1721a406dde689f903f4e0191213c14611a0dd457b31a9fa767f526', NULL);
INSERT INTO public.schema_migration VALUES ('0006_retention', '144029f21af5432e4d734351b71372cf6f5a9c959f2affc3ab5d292130e5b117', '2026-11-30 09:43:36.141966+00');
INSERT INTO public.schema_migration VALUES ('0010_crisis', 'faad596a4e15e0a143f57cce3640cb9ff83afae73dd333f06c5f0c6df284b5b9', '2026-11-30 09:43:36.143481+00');
INSERT INTO public.schema_migration VALUES ('0011_feed', '733c3d9dd6fe12476521ba90d9103321a6934c0f8449de27b360c7893f6bffca', '2026-11-30 09:43:36.149881+00');
INSERT INTO public.schema_migration VALUES ('0012_sight', '6fa60c7899afe1061477a95b800d43fae3f2bd928a320f3846bd9ccaff05d9a7', '2026-11-30 09:43:36.170537+00');
INSERT INTO public.schema_migration VALUES ('0012_sight.timescale', '575984ed744a9540c6fc1e74261c20618a59f420c8e7dcbf12002922a314f9c2', NULL);
INSERT INTO public.schema_migration VALUES ('0012_sight.community', 'f0f3f5440cb55c039e360a86d4fbeb44dafa80e71c6d4a8b171bf83203ba2700', NULL);
INSERT INTO public.schema_migration VALUES ('0013_gap', '12968ef64752483533fb7dec29b60490e7b58fa6c7822c788f7bbe6e87d918c4', '2026-11-30 09:43:36.171986+00');
INSERT INTO public.schema_migration VALUES ('0014_deferred', '6f2594738d8c0c71e37a1c172ebb49288859b0d60688b04945be649ec0b92959', '2026-11-30 09:43:36.173601+00');
INSERT INTO public.schema_migration VALUES ('0015_bounds', '89b5b826399274e837fb6cf35529788b613c137f1896cb7a5822fe757da7a78b', '2026-11-30 09:43:36.174114+00');
INSERT INTO public.schema_migration VALUES ('0015_bounds.community', '39cad2d96f4ee3e654ee023e13f7844787d7afa88b6c4bb321d885a4b8ea8cce', NULL);
INSERT INTO public.schema_migration VALUES ('0016_window', '1cbebc23f36f1422ba1b96d075bf2a58e86550dcba3c97f5d60afc13d9ed5ed4', '2026-11-30 09:43:36.182269+00');
INSERT INTO public.schema_migration VALUES ('0016_window.community', '5a86f7f26356d27a0be8c6465cd8b1539048ca1821b0c2cee576ad941d7f021e', NULL);
INSERT INTO public.schema_migration VALUES ('0017_place', 'c347188a0d23600a1ece4f09a6817a516b8080830723d202cf612aaaaf968d65', '2026-11-30 09:43:36.189883+00');
INSERT INTO public.schema_migration VALUES ('0018_upkeep', '8c0abf998d8962d83596db344ebb8ee8daeaa0b4f66835429b6334ebd7d5e62e', '2026-11-30 09:43:36.191666+00');
INSERT INTO public.schema_migration VALUES ('0018_upkeep.timescale', '20955ef9f0384eb074a286c82185877ea4108583b41345ed9a0c8f0f69d6e96d', NULL);
INSERT INTO public.schema_migration VALUES ('0018_upkeep.community', '6482a684f6f76702aa6e5a580684f5074d434f17d413339cca3feea7b46e089c', NULL);
INSERT INTO public.schema_migration VALUES ('0019_corrections', '6ebcedf52f84761dc3ab68c7b04775183355dd6c317010ead056324d65c2f92e', '2026-11-30 09:43:36.198222+00');
INSERT INTO public.schema_migration VALUES ('0020_presence', 'd558840552d7edcbdd259057e7c38ce1b23ef965c4cb4b40ff7b8c4988e98bff', '2026-11-30 09:43:36.205966+00');
INSERT INTO public.schema_migration VALUES ('0021_box_change', '79aac61bb6fc9017fa811166e9a1dfcaeb58c915a06224a65d334f211f9e3094', '2026-11-30 09:43:36.216334+00');
INSERT INTO public.schema_migration VALUES ('0022_box_credential', '5ed947a46f4336dc0a7b576342c4cd08046e5b14d39f24f2ff0304fe92bf49ff', '2026-11-30 09:43:36.22226+00');
INSERT INTO public.schema_migration VALUES ('0023_broker', '00e96888696de0bac135900dbba6512d23554057c4700aad76c2a034a73c77e3', '2026-11-30 09:43:36.230633+00');
INSERT INTO public.schema_migration VALUES ('0026_roles', '61035b0fd180d0f6760569a3ba31128d1680728a3fd18bdd5729a5879182bc21', '2026-11-30 09:43:36.232342+00');
INSERT INTO public.schema_migration VALUES ('0027_catalogue', 'b624aa12492fff72dcb0ee0241666a559dfa1bd64f0762fd1a14d0f4e1000316', '2026-11-30 09:43:36.250588+00');
INSERT INTO public.series OVERRIDING SYSTEM VALUE VALUES (1, '71-01', 'core', 'battery_voltage');
INSERT INTO public.series OVERRIDING SYSTEM VALUE VALUES (2, '71-01', 'sensor-3', 'pm2_5');
INSERT INTO public.series OVERRIDING SYSTEM VALUE VALUES (3, 'balkon', 'core', 'temperature');
INSERT INTO public.status VALUES ('71-01', '2026-01-01 00:00:00+00', '2026-01-01 00:00:01+00', true, 'unknown', NULL, NULL, NULL, 81.5, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT pg_catalog.setval('public.box_change_id_seq', 1, false);
SELECT pg_catalog.setval('public.deferred_id_seq', 1, false);
SELECT pg_catalog.setval('public.feed_id_seq', 1, false);
SELECT pg_catalog.setval('public.reject_id_seq', 1, true);
SELECT pg_catalog.setval('public.series_id_seq', 3, true);
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
ALTER TABLE ONLY public.crisis_copied
    ADD CONSTRAINT crisis_copied_pkey PRIMARY KEY (log);
ALTER TABLE ONLY public.crisis_event
    ADD CONSTRAINT crisis_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.deferred
    ADD CONSTRAINT deferred_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.feed
    ADD CONSTRAINT feed_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.folded_1d
    ADD CONSTRAINT folded_1d_pkey PRIMARY KEY (series, bucket);
ALTER TABLE ONLY public.folded_1h
    ADD CONSTRAINT folded_1h_pkey PRIMARY KEY (series, bucket);
ALTER TABLE ONLY public.folded_5m
    ADD CONSTRAINT folded_5m_pkey PRIMARY KEY (series, bucket);
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
ALTER TABLE ONLY public.place
    ADD CONSTRAINT place_box_since_key UNIQUE (box, since);
ALTER TABLE ONLY public.place
    ADD CONSTRAINT place_pkey PRIMARY KEY (box, number);
ALTER TABLE ONLY public.progress
    ADD CONSTRAINT progress_pkey PRIMARY KEY (box, boot);
ALTER TABLE ONLY public.quantity_class
    ADD CONSTRAINT quantity_class_pkey PRIMARY KEY (quantity, statistic, class);
ALTER TABLE ONLY public.quantity
    ADD CONSTRAINT quantity_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.reading
    ADD CONSTRAINT reading_pkey PRIMARY KEY (series, measured_at);
ALTER TABLE ONLY public.reject
    ADD CONSTRAINT reject_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.removed
    ADD CONSTRAINT removed_pkey PRIMARY KEY (relation, reason);
ALTER TABLE ONLY public.retention
    ADD CONSTRAINT retention_pkey PRIMARY KEY (relation);
ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT series_box_source_quantity_key UNIQUE (box, source, quantity);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT series_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.status
    ADD CONSTRAINT status_pkey PRIMARY KEY (box, at);
CREATE INDEX box_change_box ON public.box_change USING btree (box, id);
CREATE INDEX box_credential_box ON public.box_credential USING btree (box);
CREATE INDEX crisis_event_at ON public.crisis_event USING btree (at);
CREATE INDEX crisis_event_distress ON public.crisis_event USING btree (((body ->> 'distress'::text))) WHERE (kind = ANY (ARRAY['distress_taken'::text, 'distress_closed'::text]));
CREATE INDEX crisis_event_from_ingest ON public.crisis_event USING btree (received_at) WHERE (node = 'ingest'::text);
CREATE INDEX crisis_event_kind ON public.crisis_event USING btree (kind, at);
CREATE INDEX crisis_event_notice ON public.crisis_event USING btree (((body ->> 'notice'::text))) WHERE (kind = ANY (ARRAY['notice_published'::text, 'notice_withdrawn'::text]));
CREATE INDEX crisis_event_report ON public.crisis_event USING btree (((body ->> 'report'::text))) WHERE (kind = 'report_answered'::text);
CREATE INDEX deferred_by_box ON public.deferred USING btree (box, id) WHERE (due_at IS NULL);
CREATE INDEX deferred_due ON public.deferred USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX feed_committed_at ON public.feed USING btree (committed_at);
CREATE INDEX feed_order ON public.feed USING btree (tx, id);
CREATE INDEX message_ledger_gap ON public.message_ledger USING btree (box, minute) WHERE (messages_lost <> 0);
CREATE INDEX reject_received_at ON public.reject USING btree (received_at);
CREATE INDEX status_received_at ON public.status USING btree (box, received_at);
CREATE TRIGGER box_moved AFTER UPDATE OF latitude, longitude ON public.box FOR EACH ROW WHEN (((new.latitude IS NOT NULL) AND (new.longitude IS NOT NULL) AND ((new.latitude IS DISTINCT FROM old.latitude) OR (new.longitude IS DISTINCT FROM old.longitude)))) EXECUTE FUNCTION public.note_place();
CREATE TRIGGER box_placed AFTER INSERT ON public.box FOR EACH ROW WHEN (((new.latitude IS NOT NULL) AND (new.longitude IS NOT NULL))) EXECUTE FUNCTION public.note_place();
ALTER TABLE ONLY public.box_change
    ADD CONSTRAINT box_change_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
ALTER TABLE ONLY public.box_credential
    ADD CONSTRAINT box_credential_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
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
