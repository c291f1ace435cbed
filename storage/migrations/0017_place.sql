-- Where a box has stood, and since when. A reading belongs to the place of its own time, not to the one where the box is today.
CREATE TABLE place (
    box       text NOT NULL REFERENCES box (id),
    number    integer NOT NULL,              -- counts the places of a box from 1, in the order in which they became known
    since     timestamptz NOT NULL,          -- the earliest place of a box also counts for everything before it
    latitude  float8 NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude float8 NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    PRIMARY KEY (box, number),
    UNIQUE (box, since)
);
COMMENT ON TABLE place IS 'Where boxes have stood, and since when';

-- Since when the box has been where latitude and longitude say. NULL: since that was written down.
ALTER TABLE box ADD COLUMN located_at timestamptz;

-- What is known when this migration runs: the present places.
INSERT INTO place (box, number, since, latitude, longitude)
SELECT id, 1, coalesce(first_seen, registered_at, now()), latitude, longitude
FROM box WHERE latitude IS NOT NULL AND longitude IS NOT NULL;

-- Keeps the places of a box, whoever writes its position: ingest, or an operator. A position within 100 m of the place that
-- counts at its time is the same place: GPS wanders. An operator's own words are exact, so they correct that place.
-- It looks its tables up where it was made, whatever the search path of the session that writes.
CREATE FUNCTION note_place() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
COMMENT ON FUNCTION note_place IS 'A new place when the position of a box changes';

CREATE TRIGGER box_placed AFTER INSERT ON box FOR EACH ROW
WHEN (NEW.latitude IS NOT NULL AND NEW.longitude IS NOT NULL)
EXECUTE FUNCTION note_place();

CREATE TRIGGER box_moved AFTER UPDATE OF latitude, longitude ON box FOR EACH ROW
WHEN (NEW.latitude IS NOT NULL AND NEW.longitude IS NOT NULL
      AND (NEW.latitude IS DISTINCT FROM OLD.latitude OR NEW.longitude IS DISTINCT FROM OLD.longitude))
EXECUTE FUNCTION note_place();
