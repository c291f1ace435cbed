-- What dashboards look at, and the role that may look: nobody's words, names or numbers, no message's bytes.

-- Each box as it is now: does it still speak in its own rhythm, what feeds it, since when, and for how long yet.
CREATE VIEW box_state AS
SELECT seen.id, seen.district, seen.number, seen.name, seen.latitude, seen.longitude, seen.heard_at, seen.rhythm_s,
       seen.told_at, seen.mode, seen.mains, seen.uplink, seen.battery_percent, seen.clients, seen.outbox, seen.firmware,
       seen.state,
       CASE seen.state WHEN 'unreachable' THEN seen.heard_at WHEN 'unknown' THEN NULL
                       ELSE coalesce(power.since, seen.told_at) END AS since,
       -- From how fast it has been emptying; else from the goal that a full battery lasts five days (120 hours).
       CASE WHEN seen.mains IS NOT FALSE THEN NULL
            WHEN drain.percent >= 1 AND drain.hours >= 0.5 THEN seen.battery_percent / (drain.percent / drain.hours)
            ELSE seen.battery_percent * 1.2 END AS hours_left,
       CASE WHEN seen.mains IS NOT FALSE OR seen.battery_percent IS NULL THEN NULL
            WHEN drain.percent >= 1 AND drain.hours >= 0.5 THEN 'measured' ELSE 'goal' END AS hours_by
FROM (
    SELECT box.id, box.district, box.number, box.name,
           coalesce(told.latitude, box.latitude) AS latitude, coalesce(told.longitude, box.longitude) AS longitude,
           told.received_at AS told_at, told.mode, told.mains, told.uplink, told.battery_percent, told.clients,
           told.outbox, told.firmware, heard.at AS heard_at, rhythm.seconds AS rhythm_s,
           CASE WHEN heard.at IS NULL THEN 'unknown'
                WHEN presence.online IS FALSE OR now() - heard.at > rhythm.seconds * 3 * INTERVAL '1 second'
                THEN 'unreachable'
                WHEN told.mains THEN 'mains' WHEN NOT told.mains THEN 'battery' ELSE 'reachable' END AS state
    FROM box
    LEFT JOIN LATERAL (
        SELECT status.online, status.received_at FROM status WHERE status.box = box.id
        ORDER BY status.received_at DESC, status.at DESC LIMIT 1
    ) AS presence ON true
    LEFT JOIN LATERAL (
        SELECT * FROM status
        WHERE status.box = box.id AND (status.online OR status.boot IS NOT NULL OR status.mode <> 'unknown')
        ORDER BY status.received_at DESC, status.at DESC LIMIT 1
    ) AS told ON true
    LEFT JOIN LATERAL (
        SELECT latest.series, latest.measured_at, latest.received_at
        FROM series JOIN latest ON latest.series = series.id
        WHERE series.box = box.id ORDER BY series.source = 'core' DESC, latest.measured_at DESC, latest.series LIMIT 1
    ) AS line ON true
    CROSS JOIN LATERAL (SELECT greatest(line.received_at, presence.received_at, box.last_seen) AS at) AS heard
    LEFT JOIN LATERAL (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY gap.seconds) AS seconds, count(*) AS readings
        FROM (
            SELECT extract(epoch FROM measured_at - lag(measured_at) OVER (ORDER BY measured_at))::float8 AS seconds
            FROM (
                SELECT reading.measured_at FROM reading
                WHERE reading.series = line.series AND reading.measured_at <= line.measured_at
                  AND reading.measured_at > line.measured_at - INTERVAL '2 days'
                  AND reading.measured_at > now() - INTERVAL '8 days'  -- a constant bound: few chunks to plan for
                ORDER BY reading.measured_at DESC LIMIT 20
            ) AS newest
        ) AS gap
    ) AS learnt ON true
    -- Its own rhythm, as it was learnt or as it says; never under a minute, and an hour where nothing is known.
    CROSS JOIN LATERAL (
        SELECT greatest(60, coalesce(CASE WHEN learnt.readings >= 5 THEN learnt.seconds END, told.interval_s, 1200)) AS seconds
    ) AS rhythm
) AS seen
LEFT JOIN LATERAL (
    SELECT min(status.received_at) AS since FROM status
    WHERE status.box = seen.id AND status.mains = seen.mains AND status.received_at > coalesce((
        SELECT other.received_at FROM status AS other WHERE other.box = seen.id AND other.mains <> seen.mains
        ORDER BY other.received_at DESC LIMIT 1), '-infinity')
) AS power ON true
LEFT JOIN LATERAL (
    SELECT first.battery_percent - seen.battery_percent AS percent,
           extract(epoch FROM seen.told_at - first.received_at)::float8 / 3600 AS hours
    FROM status AS first
    WHERE seen.mains IS FALSE AND first.box = seen.id AND first.battery_percent IS NOT NULL
      AND first.received_at >= greatest(power.since, seen.told_at - INTERVAL '12 hours')
    ORDER BY first.received_at LIMIT 1
) AS drain ON true;
COMMENT ON VIEW box_state IS 'Each box now: reachable in its own rhythm or not, mains or battery, since when, hours left';

-- Residents' calls and reports: how many, where, since when, taken or not. What they wrote stays in crisis_event.
CREATE VIEW crisis_call AS
SELECT call.id, CASE call.kind WHEN 'distress_received' THEN 'distress' ELSE 'report' END AS family,
       call.body ->> 'kind' AS kind, call.body ->> 'box' AS box,
       CASE WHEN jsonb_typeof(call.body -> 'people') = 'number' THEN (call.body ->> 'people')::numeric END AS people,
       least(call.at, call.received_at) AS at, taken.at AS taken_at, closed.at AS closed_at
FROM crisis_event AS call
LEFT JOIN LATERAL (
    SELECT min(event.at) AS at FROM crisis_event AS event
    WHERE event.kind = 'distress_taken' AND event.body ->> 'distress' = call.id::text
) AS taken ON true
LEFT JOIN LATERAL (
    SELECT min(event.at) AS at FROM crisis_event AS event
    WHERE (event.kind = 'distress_closed' AND event.body ->> 'distress' = call.id::text)
       OR (event.kind = 'report_answered' AND event.body ->> 'report' = call.id::text)
) AS closed ON true
WHERE call.kind IN ('distress_received', 'report_received');
COMMENT ON VIEW crisis_call IS 'Calls for help and reports without what people wrote';

-- Notices: each field is the last writer's (crisis/contents.py).
CREATE VIEW crisis_notice AS
SELECT told.id, told.fields -> 'texts.de' ->> 'headline' AS headline_de, told.fields -> 'texts.en' ->> 'headline' AS headline_en,
       told.fields ->> 'severity' AS severity, told.fields ->> 'hazard' AS hazard,
       coalesce(told.fields ->> 'area', 'all') AS area,
       told.fields -> 'exercise' IS NOT DISTINCT FROM 'true'::jsonb AS exercise,
       told.first_at AS published_at,
       -- What is no number (a newer node's) counts as absent, as in the fold.
       coalesce(to_timestamp(CASE WHEN jsonb_typeof(told.fields -> 'from_at') = 'number'
                                  THEN (told.fields ->> 'from_at')::float8 / 1000 END), told.first_at) AS from_at,
       to_timestamp(CASE WHEN jsonb_typeof(told.fields -> 'until_at') = 'number'
                         THEN (told.fields ->> 'until_at')::float8 / 1000 END) AS until_at,
       gone.at AS withdrawn_at
FROM (
    SELECT event.body ->> 'notice' AS id, min(event.at) AS first_at,
           jsonb_object_agg(field.key, field.value ORDER BY event.at, event.id) AS fields
    FROM crisis_event AS event,
         jsonb_each(CASE WHEN jsonb_typeof(event.body -> 'fields') = 'object' THEN event.body -> 'fields' END) AS field
    WHERE event.kind = 'notice_published'
    GROUP BY event.body ->> 'notice'
) AS told
LEFT JOIN LATERAL (
    SELECT min(event.at) AS at FROM crisis_event AS event
    WHERE event.kind = 'notice_withdrawn' AND event.body ->> 'notice' = told.id
) AS gone ON true;
COMMENT ON VIEW crisis_notice IS 'Notices as they stand now';

-- What staff decided and published, for marks in charts. Who it was stays in crisis_event.
CREATE VIEW crisis_change AS
SELECT event.id, event.at, event.kind, coalesce(event.body ->> 'area', notice.area, 'all') AS area,
       event.body ->> 'mode' AS mode,
       event.body -> 'exercise' IS NOT DISTINCT FROM 'true'::jsonb OR coalesce(notice.exercise, false) AS exercise,
       notice.headline_de, notice.headline_en
FROM crisis_event AS event
LEFT JOIN crisis_notice AS notice ON notice.id = event.body ->> 'notice'
WHERE event.kind IN ('mode_set', 'notice_published', 'notice_withdrawn');
COMMENT ON VIEW crisis_change IS 'Mode changes and notices in the order of time';

CREATE INDEX crisis_event_distress ON crisis_event ((body ->> 'distress')) WHERE kind IN ('distress_taken', 'distress_closed');
CREATE INDEX crisis_event_report ON crisis_event ((body ->> 'report')) WHERE kind = 'report_answered';
CREATE INDEX crisis_event_notice ON crisis_event ((body ->> 'notice')) WHERE kind IN ('notice_published', 'notice_withdrawn');

-- How the server keeps readings and rollups; the tiers say it in their own words (0012_sight.*.sql).
CREATE VIEW storage_state AS
SELECT 'reading'::text AS relation, 1::bigint AS chunks, 0::bigint AS compressed,
       pg_total_relation_size('reading')::bigint AS bytes, NULL::timestamptz AS refreshed_at
UNION ALL SELECT 'reading_5m', 1, 0, pg_total_relation_size('folded_5m'), NULL
UNION ALL SELECT 'reading_1h', 1, 0, pg_total_relation_size('folded_1h'), NULL
UNION ALL SELECT 'reading_1d', 1, 0, pg_total_relation_size('folded_1d'), NULL;
COMMENT ON VIEW storage_state IS 'Chunks, size and last refresh of readings and rollups';

-- Lets a role look at what dashboards show, and at nothing else: not at residents' words, not at rejected bytes, and
-- not at any table that a later migration makes.
CREATE PROCEDURE grant_sight(reader name) LANGUAGE plpgsql AS $$
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
COMMENT ON PROCEDURE grant_sight IS 'CALL grant_sight(''kiezbox_reader''): what dashboards may read';

-- Roles belong to the whole server. It has no password and cannot log in until an operator gives it one
-- (docs/dashboards.md). Where this role may not make roles, that is said and nothing fails.
DO $$
BEGIN
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kiezbox_reader') THEN
            CREATE ROLE kiezbox_reader NOLOGIN;
            ALTER ROLE kiezbox_reader SET default_transaction_read_only = on;
            ALTER ROLE kiezbox_reader SET statement_timeout = '15s';
        END IF;
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server made it just now
        WHEN insufficient_privilege THEN
            RAISE WARNING 'the role kiezbox_reader, with which dashboards read, is not there and could not be made'
                USING ERRCODE = '01007',
                HINT = 'as superuser: CREATE ROLE kiezbox_reader NOLOGIN; then as the owner: CALL grant_sight(''kiezbox_reader'')';
            RETURN;
    END;
    CALL grant_sight('kiezbox_reader');
END
$$;
