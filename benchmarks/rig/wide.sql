-- What the others write: one wide row a sample, no ledger, no newest values, no feed. A third of our rows, and less to do.
CREATE TABLE wide (
    box         text NOT NULL,
    at          bigint NOT NULL,
    temperature float8,
    humidity    float8,
    pressure    float8,
    PRIMARY KEY (box, at)
);
SELECT create_hypertable('wide', by_range('at', 86400000), create_default_indexes => false);

-- Telegraf's: a time, and no key, without which it loses no batch for a repeat.
CREATE TABLE telegraf (
    at          timestamptz NOT NULL,
    box         text NOT NULL,
    temperature float8,
    humidity    float8,
    pressure    float8
);
SELECT create_hypertable('telegraf', by_range('at', INTERVAL '1 day'), create_default_indexes => false);

-- mq-bridge makes one row of a message. For messages with ten samples the row goes through a trigger that makes ten of it.
CREATE TABLE inbox (
    box     text NOT NULL,
    seq     bigint NOT NULL,
    samples jsonb NOT NULL,
    PRIMARY KEY (box, seq)
);
CREATE FUNCTION open_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO wide (box, at, temperature, humidity, pressure)
    SELECT NEW.box, s.at, (s.values->>'temperature')::float8, (s.values->>'humidity')::float8, (s.values->>'pressure')::float8
    FROM jsonb_to_recordset(NEW.samples) AS s (at bigint, values jsonb)
    ON CONFLICT (box, at) DO UPDATE
    SET (temperature, humidity, pressure) = (excluded.temperature, excluded.humidity, excluded.pressure);
    RETURN NULL;
END
$$;
CREATE TRIGGER open_inbox BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION open_inbox();
