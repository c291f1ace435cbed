-- The list of alarms as the hub has it (crisis/alarm), for Grafana's rules and for dashboards: what /crisis/alarms shows. The hub writes it
-- (crisis/alarm/copied) of its log, of what it sees itself and of what it asks this database; so it can be made again.

-- A row for each hub that wrote here. A log of its own has each; that which was replaced goes stale.
CREATE TABLE alarm_list (
    log       uuid PRIMARY KEY,
    looked_at timestamptz NOT NULL DEFAULT now(),
    tells     boolean NOT NULL
);
COMMENT ON TABLE alarm_list IS 'When a hub brought its list of alarms here last; every few seconds while it runs';
COMMENT ON COLUMN alarm_list.tells IS 'Whether the hub itself tells people: it has people, and a channel that works';

CREATE TABLE alarm (
    log       uuid NOT NULL REFERENCES alarm_list ON DELETE CASCADE,
    name      text NOT NULL,
    kind      text NOT NULL,
    area      text NOT NULL,
    exercise  boolean NOT NULL,
    count     integer NOT NULL,
    value     double precision,
    opened_at timestamptz NOT NULL,
    quiet     text CHECK (quiet IN ('silenced', 'inhibited', 'gathered', 'not_set_up')),
    titles    jsonb NOT NULL,
    sentences jsonb NOT NULL,
    ended_at  timestamptz,
    PRIMARY KEY (log, name)
);
CREATE INDEX alarm_open ON alarm (kind) WHERE ended_at IS NULL;
COMMENT ON TABLE alarm IS 'Alarms that are open, and for a week those that ended';
COMMENT ON COLUMN alarm.name IS 'Kind and subject: unreachable/71-03; for a call, an incident or an outage its id';
COMMENT ON COLUMN alarm.count IS 'How many it gathers; in its texts {count} stands for that';
COMMENT ON COLUMN alarm.value IS 'What its rule compares, as the hub saw it last; null: it has none';
COMMENT ON COLUMN alarm.quiet IS 'Why nobody is told of it; null: people are told';
COMMENT ON COLUMN alarm.titles IS 'What people read first, by language';

-- A list that is a few minutes older than the newest was replaced; after an hour without a word nobody knows what is still so.
CREATE VIEW open_alarm AS
SELECT DISTINCT ON (alarm.name) alarm.name, alarm.kind, alarm.area,
       CASE WHEN alarm.area <> 'all' AND alarm.area !~ '^district-[0-9a-f]{2}$' THEN alarm.area ELSE '' END AS box,
       alarm.exercise, alarm.count, alarm.value, alarm.opened_at, alarm.quiet, alarm.titles, alarm.sentences, list.looked_at, list.tells
FROM alarm
JOIN alarm_list AS list ON list.log = alarm.log
WHERE alarm.ended_at IS NULL AND list.looked_at > now() - INTERVAL '1 hour'
  AND list.looked_at > (SELECT max(newest.looked_at) FROM alarm_list AS newest) - INTERVAL '3 minutes'
ORDER BY alarm.name, alarm.quiet NULLS FIRST, alarm.log;
COMMENT ON VIEW open_alarm IS 'The open alarms, each once, as the hub wrote them last; box is empty where it is not of one';

-- As in 0039_district.sql; a district that nobody has named is called by its boxes, as everywhere else (ADR 40).
CREATE OR REPLACE FUNCTION area_text(area text, language text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT CASE WHEN $1 = 'all' THEN CASE $2 WHEN 'en' THEN 'whole city' ELSE 'ganze Stadt' END
            ELSE coalesce((SELECT district.name FROM district WHERE 'district-' || lpad(to_hex(district.id::integer), 2, '0') = $1),
                          (SELECT box.name FROM box WHERE box.id = $1),
                          CASE WHEN $1 ~ '^district-[0-9a-f]{2}$' THEN CASE $2 WHEN 'en' THEN 'Boxes ' ELSE 'Boxen ' END || substr($1, 10) || '-…'
                               ELSE $1 END) END
$$;
COMMENT ON FUNCTION area_text IS 'An area in words: its name, or Boxen 71-… for district-71';

CREATE FUNCTION district_text(district integer, language text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT coalesce(area_text('district-' || lpad(to_hex($1), 2, '0'), $2), '-')
$$;
COMMENT ON FUNCTION district_text IS 'A district in words, by its number: 113 is 71-…; - for boxes with ids of their own';

-- As in 0039_district.sql, and the list of alarms.
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
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'kiezbox_reader') THEN
        CALL grant_sight('kiezbox_reader');
    END IF;
END
$$;
