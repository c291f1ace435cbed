-- Readings as integers in the resolution of their quantity: half the bytes, and nothing is lost (docs/adr/0021-readings-as-integers.md).

-- How the readings of a series are kept from now on. A row of `stored_reading` says it again: it stays readable when this changes.
ALTER TABLE series
    ADD COLUMN decimals smallint CHECK (decimals BETWEEN 0 AND 6),
    ADD COLUMN averaging smallint CHECK (averaging BETWEEN 0 AND 3);
COMMENT ON COLUMN series.decimals IS 'Readings that come are kept with so many decimals; a series that turns out finer is given more';
COMMENT ON COLUMN series.averaging IS '0 none (totals), 1 arithmetic, 2 energetic, 3 circular: its quantity''s when the series was made';
UPDATE series SET decimals = quantity.decimals,
                  averaging = array_position(ARRAY['none', 'arithmetic', 'energetic', 'circular'], quantity.averaging) - 1
FROM quantity WHERE quantity.name = series.quantity;
ALTER TABLE series ALTER COLUMN decimals SET NOT NULL, ALTER COLUMN averaging SET NOT NULL;

-- A restored dump inserts with an empty search_path.
CREATE FUNCTION take_from_quantity() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
COMMENT ON FUNCTION take_from_quantity IS 'A new series takes its decimals and its averaging from the catalogue';
CREATE TRIGGER take_from_quantity BEFORE INSERT ON series FOR EACH ROW EXECUTE FUNCTION take_from_quantity();

CREATE FUNCTION pass_on_decimals() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE series SET decimals = NEW.decimals WHERE series.quantity = NEW.name;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION pass_on_decimals IS 'Other decimals of a quantity hold for what comes in its series too';
CREATE TRIGGER pass_on_decimals AFTER UPDATE OF decimals ON quantity FOR EACH ROW
    WHEN (OLD.decimals IS DISTINCT FROM NEW.decimals) EXECUTE FUNCTION pass_on_decimals();

-- The order of columns leaves no gaps between them: 52 bytes a row where nothing is fine and nothing has a flag.
CREATE TABLE stored_reading (
    measured_at timestamptz NOT NULL,
    series      integer NOT NULL,
    value       integer NOT NULL,            -- the nearest number of units of the last decimal; 0 where none is near
    delay_s     integer NOT NULL,            -- whole seconds from measuring to receiving
    decimals    smallint NOT NULL,
    averaging   smallint NOT NULL,           -- as in `series`: what sums readings up needs no other table
    flag        smallint,                    -- null: none
    fine        float8,                      -- the value itself where value / 10^decimals is another one
    PRIMARY KEY (series, measured_at)
);
COMMENT ON TABLE stored_reading IS 'Readings as they are kept: reading_value(value, decimals, fine) is bit for bit what was sent';

-- It is planned as if its text stood in the query. Powers take twice as long as the whole rest of an average.
CREATE FUNCTION reading_value(value integer, decimals smallint, fine float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT coalesce($3, $1 / CASE $2 WHEN 1 THEN 10::float8 WHEN 0 THEN 1 WHEN 2 THEN 100 WHEN 3 THEN 1000 ELSE 10::float8 ^ $2 END)
$$;
COMMENT ON FUNCTION reading_value IS 'The value of a row of stored_reading, as it was sent';

CREATE FUNCTION stored_value(value float8, decimals smallint) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN abs($1) <= 2147483647 / 10::float8 ^ $2 THEN round($1 * 10::float8 ^ $2)::integer ELSE 0 END
$$;
COMMENT ON FUNCTION stored_value IS 'What stored_reading.value keeps of a value';

CREATE FUNCTION fine_value(value float8, stored integer, decimals smallint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE WHEN $2 / 10::float8 ^ $3 <> $1 OR ($1 = 0 AND float8send($1) <> '\x0000000000000000') THEN $1 END  -- that is -0
$$;
COMMENT ON FUNCTION fine_value IS 'What stored_reading.fine keeps of a value: null where the integer says it exactly';

-- Readings from before this migration, which maintenance converts day by day, the oldest first (storage/conversion.py). Not there
-- once that is done, or where there were none.
CREATE TABLE conversion (
    only_one        boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    began_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    newest_at       timestamptz NOT NULL,    -- of reading_before: what is newer cannot repeat any of it
    converted_until timestamptz NOT NULL DEFAULT '-infinity',  -- of reading_before counts only what was measured then or later
    closed_until    timestamptz NOT NULL DEFAULT '-infinity',  -- rollups of days before are made of stored_reading; a midnight (UTC)
    converted       bigint NOT NULL DEFAULT 0,  -- readings so far
    bytes_before    bigint NOT NULL          -- how large they were when it began
);
COMMENT ON TABLE conversion IS 'How far readings from before 0028_stored_reading are converted; no row: all of them are';

-- INSERT INTO reading by hand, and by programs of before.
CREATE FUNCTION insert_reading() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION insert_reading IS 'INSERT INTO reading by hand and by programs of before; ingest writes stored_reading';

-- What was `reading` becomes `reading_before` if it holds anything, and `reading` a view: of both tables in one snapshot as long as
-- there is something to convert. The views that read it are made again, with the same text.
DO $$
DECLARE
    is_extended   boolean := EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb');
    has_rollups   boolean := to_regclass('rolled_5m') IS NOT NULL;  -- of the Community edition: they outlive their readings
    is_rolled     boolean := false;
    views         jsonb;
    found         record;
    newest        timestamptz;
    bytes         bigint;
BEGIN
    SELECT jsonb_object_agg(name, pg_get_viewdef(name::regclass)) INTO views
    FROM unnest(ARRAY['reading_5m', 'reading_1h', 'reading_1d', 'box_state']) AS name
    WHERE NOT has_rollups OR name = 'box_state';
    SELECT max(line.measured_at) INTO newest
    FROM series
    CROSS JOIN LATERAL (
        SELECT r.measured_at FROM reading AS r WHERE r.series = series.id ORDER BY r.measured_at DESC LIMIT 1
    ) AS line;
    bytes := pg_total_relation_size('reading');
    IF is_extended THEN
        EXECUTE 'SELECT greatest(hypertable_size(''reading''), $1)' INTO bytes USING bytes;
    END IF;
    IF has_rollups THEN
        EXECUTE 'SELECT EXISTS (SELECT FROM rolled_1d) OR EXISTS (SELECT FROM rolled_5m)' INTO is_rolled;
    END IF;

    ALTER TABLE reading RENAME TO reading_before;
    ALTER INDEX reading_pkey RENAME TO reading_before_pkey;
    -- It is planned as if its text stood in the query that reads it.
    CREATE VIEW reading AS
    SELECT measured_at, reading_value(value, decimals, fine) AS value, series, delay_s, coalesce(flag, 0::smallint) AS flag
    FROM stored_reading;
    FOR found IN SELECT key AS name, value AS definition FROM jsonb_each_text(views) LOOP
        EXECUTE format('CREATE OR REPLACE VIEW %I AS %s', found.name, found.definition);
    END LOOP;
    EXECUTE $view$
        CREATE OR REPLACE VIEW storage_state AS
        SELECT 'reading'::text AS relation, 1::bigint AS chunks, 0::bigint AS compressed,
               (pg_total_relation_size('stored_reading') + coalesce(pg_total_relation_size(to_regclass('reading_before')), 0))::bigint AS bytes,
               NULL::timestamptz AS refreshed_at
        UNION ALL SELECT 'reading_5m', 1, 0, pg_total_relation_size('folded_5m'), NULL
        UNION ALL SELECT 'reading_1h', 1, 0, pg_total_relation_size('folded_1h'), NULL
        UNION ALL SELECT 'reading_1d', 1, 0, pg_total_relation_size('folded_1d'), NULL
        $view$;

    IF newest IS NULL AND NOT is_rolled THEN
        IF has_rollups THEN  -- 0029 makes them anew, over stored_reading
            DROP MATERIALIZED VIEW rolled_1d CASCADE;
            DROP MATERIALIZED VIEW rolled_1h CASCADE;
            DROP MATERIALIZED VIEW rolled_5m CASCADE;
        END IF;
        DROP TABLE reading_before;
        RETURN;
    END IF;
    INSERT INTO conversion (newest_at, bytes_before) VALUES (coalesce(newest, '-infinity'), bytes);
    CREATE OR REPLACE VIEW reading AS
    SELECT measured_at, reading_value(value, decimals, fine) AS value, series, delay_s, coalesce(flag, 0::smallint) AS flag
    FROM stored_reading
    UNION ALL
    SELECT measured_at, value, series, delay_s, flag
    FROM reading_before WHERE measured_at >= (SELECT conversion.converted_until FROM conversion);
END
$$;
COMMENT ON VIEW reading IS 'Every reading with its value as it was sent';
CREATE TRIGGER insert_reading INSTEAD OF INSERT ON reading FOR EACH ROW EXECUTE FUNCTION insert_reading();

-- The last step of storage/conversion.py. It runs with its owner's rights: maintenance's role owns no view.
CREATE FUNCTION finish_conversion() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    LOCK TABLE conversion IN ACCESS EXCLUSIVE MODE;
    IF (SELECT conversion.converted_until <= conversion.newest_at FROM conversion) THEN
        RAISE 'readings from before are not converted yet' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    CREATE OR REPLACE VIEW reading AS
    SELECT measured_at, reading_value(value, decimals, fine) AS value, series, delay_s, coalesce(flag, 0::smallint) AS flag
    FROM stored_reading;
    DROP TABLE IF EXISTS reading_before;
    DELETE FROM conversion;
END
$$;
COMMENT ON FUNCTION finish_conversion IS 'Ends the conversion: reading_before goes, reading becomes the simple view';
REVOKE ALL ON FUNCTION finish_conversion FROM PUBLIC;

-- As in 0026_roles.sql, with the new names.
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
          AND class.relname IN ('stored_reading', 'reading_before', 'rolled_5m', 'rolled_1h', 'rolled_1d')
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

ANALYZE conversion;
