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
    CONSTRAINT box_district_check CHECK (((district >= 0) AND (district <= 255))),
    CONSTRAINT box_id_check CHECK ((id ~ '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$'::text)),
    CONSTRAINT box_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT box_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT box_number_check CHECK (((number >= 0) AND (number <= 255)))
);
COMMENT ON TABLE public.box IS 'Boxes: registered, or only seen (registered_at is null)';
CREATE TABLE public.crisis_copied (
    log uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE public.crisis_copied IS 'How far each crisis log has been copied; written with the rows';
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
CREATE TABLE public.latest (
    series integer NOT NULL,
    measured_at timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    flag smallint DEFAULT 0 NOT NULL,
    received_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');
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
    CONSTRAINT quantity_check CHECK ((high > low)),
    CONSTRAINT quantity_name_check CHECK ((name ~ '^[a-z][a-z0-9_]{0,62}$'::text))
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
CREATE TABLE public.series (
    id integer NOT NULL,
    box text NOT NULL,
    source text NOT NULL,
    quantity text NOT NULL
);
ALTER TABLE public.series ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.series_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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
ALTER TABLE ONLY public.box
    ADD CONSTRAINT box_node_key UNIQUE (node);
ALTER TABLE ONLY public.box
    ADD CONSTRAINT box_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.crisis_copied
    ADD CONSTRAINT crisis_copied_pkey PRIMARY KEY (log);
ALTER TABLE ONLY public.crisis_event
    ADD CONSTRAINT crisis_event_pkey PRIMARY KEY (id);
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
ALTER TABLE ONLY public.message_ledger
    ADD CONSTRAINT message_ledger_pkey PRIMARY KEY (minute, box);
ALTER TABLE ONLY public.progress
    ADD CONSTRAINT progress_pkey PRIMARY KEY (box, boot);
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
CREATE INDEX crisis_event_at ON public.crisis_event USING btree (at);
CREATE INDEX crisis_event_from_ingest ON public.crisis_event USING btree (received_at) WHERE (node = 'ingest'::text);
CREATE INDEX crisis_event_kind ON public.crisis_event USING btree (kind, at);
CREATE INDEX feed_committed_at ON public.feed USING btree (committed_at);
CREATE INDEX feed_order ON public.feed USING btree (tx, id);
CREATE INDEX reject_received_at ON public.reject USING btree (received_at);
CREATE INDEX status_received_at ON public.status USING btree (box, received_at);
ALTER TABLE ONLY public.latest
    ADD CONSTRAINT latest_series_fkey FOREIGN KEY (series) REFERENCES public.series(id);
ALTER TABLE ONLY public.progress
    ADD CONSTRAINT progress_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT series_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT series_quantity_fkey FOREIGN KEY (quantity) REFERENCES public.quantity(name);
ALTER TABLE ONLY public.status
    ADD CONSTRAINT status_box_fkey FOREIGN KEY (box) REFERENCES public.box(id);
