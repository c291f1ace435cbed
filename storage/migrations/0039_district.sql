-- What people call the districts of boxes: kiezbox district rename (storage/districts.py). The crisis part copies these names, and those of boxes,
-- into its log, so that boxes know them offline (crisis/sync/names.py).
CREATE TABLE district (
    id   smallint PRIMARY KEY CHECK (id BETWEEN 0 AND 255),   -- the number with which the ids of its boxes begin: 113 is 71-…
    name text NOT NULL CHECK (name <> '' AND length(name) <= 100)
);
COMMENT ON TABLE district IS 'Names that operators gave to districts of boxes; one without a row has none';

-- What operators changed about districts, and who it was.
CREATE TABLE district_change (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    district smallint NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    actor    text NOT NULL,                    -- a user of the machine
    before   text,                             -- the name; NULL: none
    after    text
);
CREATE INDEX district_change_district ON district_change (district, number);
COMMENT ON TABLE district_change IS 'What operators changed about districts';

-- As people call it; else the word of the glossary (translations/glossary.toml). A district is no Bezirk of Berlin.
CREATE OR REPLACE FUNCTION area_text(area text, language text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT CASE WHEN $1 = 'all' THEN CASE $2 WHEN 'en' THEN 'whole city' ELSE 'ganze Stadt' END
            ELSE coalesce((SELECT district.name FROM district WHERE 'district-' || lpad(to_hex(district.id::integer), 2, '0') = $1),
                          (SELECT box.name FROM box WHERE box.id = $1),
                          replace($1, 'district-', CASE $2 WHEN 'en' THEN 'district ' ELSE 'Kiez ' END)) END
$$;
COMMENT ON FUNCTION area_text IS 'An area in words: its name, or Kiez 71 for district-71';

-- As in 0033_shown.sql, and the names of districts, of which dashboards write.
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
    FOREACH relation IN ARRAY ARRAY['rolled_5m', 'outage', 'district'] LOOP  -- of the Community edition; of 0031_outage.sql and this one
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
