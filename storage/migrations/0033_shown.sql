-- How dashboards write what they show, drills apart from calls, and what boxes' pages ask besides.

CREATE FUNCTION duration_text(seconds float8) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN $1 <= -1 THEN '−' ELSE '' END
    || CASE WHEN abs($1) < 60 THEN floor(abs($1))::bigint || ' s'
            WHEN abs($1) < 3600 THEN floor(abs($1) / 60)::bigint || ' min'
            WHEN abs($1) < 86400 THEN floor(abs($1) / 3600)::bigint || ' h'
                || coalesce(' ' || nullif(floor(abs($1) / 60)::bigint % 60, 0) || ' min', '')
            ELSE floor(abs($1) / 86400)::bigint || ' d' || coalesce(' ' || nullif(floor(abs($1) / 3600)::bigint % 24, 0) || ' h', '') END
$$;
COMMENT ON FUNCTION duration_text IS 'Seconds as people read them in every language, two units at most: 40 s, 8 min, 3 h 5 min, 2 d 4 h';

CREATE FUNCTION number_text(value numeric, decimals integer, language text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT replace(CASE $3 WHEN 'en' THEN shown.digits ELSE translate(shown.digits, ',.', '.,') END, '-', '−')
FROM (SELECT regexp_replace(split_part(round($1, $2)::text, '.', 1), '(\d)(?=(\d{3})+$)', '\1,', 'g')
             || coalesce('.' || nullif(split_part(round($1, $2)::text, '.', 2), ''), '') AS digits) AS shown
$$;
COMMENT ON FUNCTION number_text IS 'A number with so many decimals as a language writes it: 1.013,2 in German, 1,013.2 in English (en)';

CREATE FUNCTION area_text(area text, language text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN $1 = 'all' THEN CASE $2 WHEN 'en' THEN 'whole city' ELSE 'ganze Stadt' END
            ELSE replace($1, 'district-', CASE $2 WHEN 'en' THEN 'district ' ELSE 'Bezirk ' END) END
$$;
COMMENT ON FUNCTION area_text IS 'An area in words: Bezirk 71 for district-71';

CREATE FUNCTION moment_text(at timestamptz, language text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT to_char($1 AT TIME ZONE name, CASE WHEN abs(extract(epoch FROM now() - $1)) < 300 * 86400
                                          THEN CASE $2 WHEN 'en' THEN 'DD Mon HH24:MI' ELSE 'DD.MM. HH24:MI' END
                                          ELSE CASE $2 WHEN 'en' THEN 'DD Mon YYYY' ELSE 'DD.MM.YYYY' END END)
FROM civil_zone
$$;
COMMENT ON FUNCTION moment_text IS 'A day and a time in the zone of civil_zone; of what is far away the day and the year';

CREATE FUNCTION drill_text(exercise boolean, language text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN $1 THEN CASE $2 WHEN 'en' THEN 'EXERCISE: ' ELSE 'ÜBUNG: ' END ELSE '' END
$$;
COMMENT ON FUNCTION drill_text IS 'What stands before all that belongs to a drill; empty for everything else';

CREATE FUNCTION radio_label(letter text, node text, body jsonb, at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT $1 || ' ' || CASE WHEN $2 IN ('hub', 'ingest') THEN '' ELSE $2 || '/' END
    || CASE WHEN jsonb_typeof($3 -> 'number') = 'number' THEN $3 ->> 'number' ELSE to_char($4 AT TIME ZONE 'Europe/Berlin', 'DDHH24MI') END
$$;
COMMENT ON FUNCTION radio_label IS 'How people name on the radio what a node accepted, as crisis/state/numbers.py does: H 17, H 71-01/3, without a number H 230645';

-- Calls and reports of drills count apart: nobody is to be sent to one, and no number of an emergency is to hold them. A call that was opened
-- again waits since then, as crisis/state/views.py has it: what was done before counts no more.
CREATE INDEX crisis_event_reopened ON crisis_event ((body ->> 'distress')) WHERE kind = 'distress_reopened';
CREATE OR REPLACE VIEW crisis_call AS
SELECT call.id, CASE call.kind WHEN 'distress_received' THEN 'distress' ELSE 'report' END AS family,
       call.body ->> 'kind' AS kind, call.body ->> 'box' AS box,
       CASE WHEN jsonb_typeof(call.body -> 'people') = 'number' THEN (call.body ->> 'people')::numeric END AS people,
       coalesce(reopened.at, least(call.at, call.received_at)) AS at, taken.at AS taken_at, closed.at AS closed_at,
       call.body -> 'exercise' IS NOT DISTINCT FROM 'true'::jsonb AS exercise,
       CASE call.kind WHEN 'distress_received' THEN radio_label('H', call.node, call.body, call.at) END AS label
FROM crisis_event AS call
LEFT JOIN LATERAL (
    SELECT max(event.at) AS at FROM crisis_event AS event
    WHERE event.kind = 'distress_reopened' AND event.body ->> 'distress' = call.id::text
) AS reopened ON true
LEFT JOIN LATERAL (
    SELECT min(event.at) AS at FROM crisis_event AS event
    WHERE event.kind = 'distress_taken' AND event.body ->> 'distress' = call.id::text AND event.at > coalesce(reopened.at, '-infinity')
) AS taken ON true
LEFT JOIN LATERAL (
    SELECT min(event.at) AS at FROM crisis_event AS event
    WHERE (event.kind = 'distress_closed' AND event.body ->> 'distress' = call.id::text AND event.at > coalesce(reopened.at, '-infinity'))
       OR (event.kind = 'report_answered' AND event.body ->> 'report' = call.id::text)
) AS closed ON true
WHERE call.kind IN ('distress_received', 'report_received');

-- Incidents without what staff wrote: each field is the last writer's (crisis/model/incidents).
CREATE VIEW crisis_incident AS
SELECT told.id, told.first_at AS at, coalesce(told.fields ->> 'sort', 'other') AS sort,
       CASE WHEN jsonb_typeof(told.fields -> 'priority') = 'number' THEN (told.fields ->> 'priority')::numeric::integer ELSE 3 END AS priority,
       coalesce(told.fields ->> 'area', 'all') AS area, coalesce(told.fields ->> 'state', 'open') AS state,
       told.fields -> 'exercise' IS NOT DISTINCT FROM 'true'::jsonb AS exercise, told.label
FROM (
    SELECT event.body ->> 'incident' AS id, min(event.at) AS first_at,
           (array_agg(radio_label('E', event.node, event.body, event.at)
                ORDER BY event.body -> 'number' IS NULL OR jsonb_typeof(event.body -> 'number') = 'null', event.at, event.id))[1] AS label,
           jsonb_object_agg(field.key, field.value ORDER BY event.at, event.id) AS fields
    FROM crisis_event AS event,
         jsonb_each(CASE WHEN jsonb_typeof(event.body -> 'fields') = 'object' THEN event.body -> 'fields' END) AS field
    WHERE event.kind = 'incident_put'
    GROUP BY event.body ->> 'incident'
) AS told;
COMMENT ON VIEW crisis_incident IS 'Incidents without what staff wrote';

-- The rota without names: whoever may see a dashboard may send any question to the database.
CREATE VIEW crisis_duty AS
SELECT told.id, told.area, told.days, told.begins, told.ends, told.from_at, told.until_at, told.rank, told.at
FROM (
    SELECT DISTINCT ON (event.body ->> 'duty') event.body ->> 'duty' AS id, coalesce(event.body ->> 'area', 'all') AS area,
           CASE WHEN jsonb_typeof(event.body -> 'rank') = 'number' THEN (event.body ->> 'rank')::numeric::integer ELSE 1 END AS rank, event.at,
           CASE WHEN jsonb_typeof(event.body -> 'days') = 'array' THEN event.body -> 'days' ELSE '[]'::jsonb END AS days,
           coalesce(event.body ->> 'begins', '00:00') AS begins, coalesce(event.body ->> 'ends', '00:00') AS ends,
           to_timestamp(CASE WHEN jsonb_typeof(event.body -> 'from_at') = 'number' THEN (event.body ->> 'from_at')::float8 / 1000 END) AS from_at,
           to_timestamp(CASE WHEN jsonb_typeof(event.body -> 'until_at') = 'number' THEN (event.body ->> 'until_at')::float8 / 1000 END) AS until_at
    FROM crisis_event AS event
    WHERE event.kind = 'duty_put'
    ORDER BY event.body ->> 'duty', event.at DESC, event.id DESC
) AS told
WHERE NOT EXISTS (SELECT FROM crisis_event AS event WHERE event.kind = 'duty_removed' AND event.body ->> 'duty' = told.id);
COMMENT ON VIEW crisis_duty IS 'Who is on duty when, without names: weekly on days (0 is Monday) or once; at is when that was written down';

-- As in 0029_means.sql, and where boxes stood, which is as public as where they stand.
CREATE OR REPLACE PROCEDURE grant_sight(reader name) LANGUAGE plpgsql AS $$
DECLARE
    relation text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), reader);
    FOREACH relation IN ARRAY ARRAY['box', 'place', 'quantity', 'series', 'reading', 'latest', 'status', 'message_ledger', 'progress',
        'retention', 'removed', 'folded_5m', 'reading_5m', 'reading_1h', 'reading_1d', 'rolled_1h', 'rolled_1d',
        'five_minutes', 'averaged_reading', 'unconverted_reading', 'folded_share', 'archived_share', 'late_hour', 'rollup_progress',
        'civil_zone', 'stored_reading', 'conversion', 'limit_source', 'limit_value', 'quantity_class', 'bad_position',
        'schema_migration', 'box_state', 'crisis_call', 'crisis_notice', 'crisis_change', 'crisis_incident', 'crisis_duty',
        'storage_state'] LOOP
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
