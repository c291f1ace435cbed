-- Outages as the hub sees them in its crisis log, for dashboards and programs. The log is what counts: what is written here can be
-- made again from it.
CREATE TABLE outage (
    id           uuid PRIMARY KEY,
    names        uuid[] NOT NULL,
    grade        text NOT NULL CHECK (grade IN ('firm', 'single', 'old')),
    since        timestamptz NOT NULL,
    until        timestamptz,
    told_at      timestamptz,
    boxes_out    text[] NOT NULL,
    boxes_heard  int NOT NULL,
    area_km2     double precision NOT NULL,
    ortsteile    text[] NOT NULL,
    streets      text[] NOT NULL,
    cells        jsonb NOT NULL,
    large        text[] NOT NULL,
    boxes_most   int NOT NULL,
    streets_most int NOT NULL,
    followed_by  uuid,
    first_at     timestamptz NOT NULL DEFAULT now(),
    written_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outage_names ON outage USING gin (names);
CREATE INDEX outage_since ON outage (since);
COMMENT ON TABLE outage IS 'Where boxes lost their mains power together: a row for each outage, as it stands now or ended';
COMMENT ON COLUMN outage.names IS 'Every id that it has or could have: rows that share one are the same outage';
COMMENT ON COLUMN outage.until IS 'When the last of its boxes had power again; null: some have none still';
COMMENT ON COLUMN outage.told_at IS 'The newest word of its boxes';
COMMENT ON COLUMN outage.streets IS 'Without power; when it is over, those that had none last. `Hauptstraße (0701)`: with the id of the Ortsteil';
COMMENT ON COLUMN outage.cells IS 'A GeoJSON FeatureCollection of the ground that its boxes speak for, with box, state and grade of each';
COMMENT ON COLUMN outage.large IS 'Why it may be a large one: boxes, streets, duration; empty: it is not';
COMMENT ON COLUMN outage.boxes_most IS 'The most boxes without power at once, as boxes_out counts them';
COMMENT ON COLUMN outage.first_at IS 'When this row was written first; of rows that follow each other the oldest names them all';
COMMENT ON COLUMN outage.followed_by IS 'The outage has this id now: an earlier first box came to light, or it merged. It is neither over nor new';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'kiezbox_reader') THEN
        CALL grant_sight('kiezbox_reader');
    END IF;
END
$$;
