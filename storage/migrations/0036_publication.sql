-- Which boxes everybody may see, and how exactly where they stand. All that is open to the public reads `public_box` and
-- `public_place`; operators and dashboards read `box` and `place`.
ALTER TABLE box
    ADD COLUMN is_public boolean,            -- NULL: nobody has said; an operator's word counts everywhere
    ADD COLUMN place_is_exact boolean NOT NULL DEFAULT false;

ALTER TABLE box_change DROP CONSTRAINT box_change_change_check;
ALTER TABLE box_change ADD CONSTRAINT box_change_change_check
    CHECK (change IN ('register', 'rename', 'move', 'retire', 'credential', 'revoke', 'publish'));

-- What holds where KIEZBOX_API_PUBLIC_BOXES says nothing. An installation that had boxes before this migration showed all of
-- them and goes on so; a new one shows what its operator marks.
CREATE TABLE publication (
    is_this boolean PRIMARY KEY DEFAULT true CHECK (is_this),  -- one row
    boxes   text NOT NULL CHECK (boxes IN ('all', 'marked'))
);
INSERT INTO publication (boxes) SELECT CASE WHEN EXISTS (SELECT FROM box) THEN 'all' ELSE 'marked' END;
COMMENT ON TABLE publication IS 'Which boxes are public unless the settings of the API say otherwise';

-- Boxes that were heard over the mesh only do not speak protocol v1. Those that an operator had registered stay public.
UPDATE box SET is_public = true
WHERE node IS NOT NULL AND registered_at IS NOT NULL AND NOT EXISTS (SELECT FROM progress WHERE progress.box = box.id);

-- The middle of the square of 300 m in which a place lies. It depends on the place alone: asked again, or by another way, it
-- is the same, and nobody learns more by asking often.
CREATE FUNCTION rounded_latitude(latitude float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT round(((floor($1 * 111320 / 300) + 0.5) * 300 / 111320)::numeric, 5)::float8
$$;
CREATE FUNCTION rounded_longitude(latitude float8, longitude float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT round(((floor($2 * 111320 * width / 300) + 0.5) * 300 / (111320 * width))::numeric, 5)::float8
FROM (SELECT greatest(cos(radians(rounded_latitude($1))), 0.01) AS width) AS of_row
$$;
COMMENT ON FUNCTION rounded_latitude IS 'The latitude of the middle of its square of 300 m';
COMMENT ON FUNCTION rounded_longitude IS 'The longitude of the middle of its square of 300 m';

-- Where boxes have stood, as exactly as everybody may know. What nobody registered and has been at two places moves: it has no
-- row here. Of a registered box the places from its registration on count; how it came there is one row without a place.
CREATE VIEW public_place AS
SELECT place.box, place.number, place.since,
       CASE WHEN box.place_is_exact THEN place.latitude ELSE rounded_latitude(place.latitude) END AS latitude,
       CASE WHEN box.place_is_exact THEN place.longitude
            ELSE rounded_longitude(place.latitude, place.longitude) END AS longitude
FROM place JOIN box ON box.id = place.box
WHERE CASE WHEN box.registered_at IS NULL THEN NOT EXISTS (
               SELECT FROM place AS other WHERE other.box = place.box AND other.number <> place.number)
           ELSE NOT EXISTS (
               SELECT FROM place AS later
               WHERE later.box = place.box AND later.since > place.since AND later.since <= box.registered_at) END
UNION ALL
SELECT place.box, min(place.number), min(place.since), NULL, NULL
FROM place JOIN box ON box.id = place.box
WHERE EXISTS (SELECT FROM place AS later
              WHERE later.box = place.box AND later.since > place.since AND later.since <= box.registered_at)
GROUP BY place.box;
COMMENT ON VIEW public_place IS 'Where boxes have stood, rounded to 300 m unless an operator lets everybody know exactly';

-- Every box as everybody may see it, if it is public at all. It speaks protocol v1 unless it was heard over the mesh only.
CREATE VIEW shown_box AS
SELECT box.id, box.district, box.number, box.name, stands.latitude, stands.longitude,
       box.registered_at, box.retired_at, box.withdrawn_at, box.first_seen, box.last_seen, box.is_public, box.place_is_exact,
       box.registered_at IS NULL
           AND EXISTS (SELECT FROM place WHERE place.box = box.id AND place.number > 1) AS is_moving,
       box.node IS NULL OR EXISTS (SELECT FROM progress WHERE progress.box = box.id) AS speaks_v1
FROM box
LEFT JOIN LATERAL (
    SELECT public_place.latitude, public_place.longitude FROM public_place
    WHERE public_place.box = box.id ORDER BY public_place.since DESC LIMIT 1
) AS stands ON true;
COMMENT ON VIEW shown_box IS 'Every box with what everybody may know of it, if it is public';

CREATE VIEW public_box_marked AS SELECT * FROM shown_box WHERE is_public;
CREATE VIEW public_box_all AS SELECT * FROM shown_box WHERE coalesce(is_public, speaks_v1);
CREATE VIEW public_box AS
SELECT * FROM shown_box
WHERE coalesce(is_public, speaks_v1 AND (SELECT boxes FROM publication) = 'all');
COMMENT ON VIEW public_box_marked IS 'Boxes that an operator marked public';
COMMENT ON VIEW public_box_all IS 'Boxes that are public where all are: those that speak protocol v1, unless an operator said otherwise';
COMMENT ON VIEW public_box IS 'Boxes that are public by what this database began with';

-- What noise and humidity are called on the map of the public pages.
INSERT INTO limit_source (name, kind, title, url) VALUES
    ('ta_laerm', 'law', 'TA Lärm of 1998 as amended in 2017, no. 6.1 e: general residential areas by day', 'https://www.verwaltungsvorschriften-im-internet.de/bsvwvbund_26081998_IG19980826.htm'),
    ('uba', 'guideline', 'Umweltbundesamt: stress and heart disease by noise, above 65 dB(A) by day', 'https://www.umweltbundesamt.de/themen/laerm/laermwirkungen/stressreaktionen-herz-kreislauf-erkrankungen')
ON CONFLICT (name) DO NOTHING;
INSERT INTO quantity_class (quantity, statistic, class, span, source)
SELECT * FROM (VALUES
    ('noise', 'hour_mean', 'quiet', '(,55]'::numrange, 'ta_laerm'),
    ('noise', 'hour_mean', 'loud', '(55,65]', 'ta_laerm'),
    ('noise', 'hour_mean', 'very_loud', '(65,)', 'uba'),
    ('humidity', 'hour_mean', 'dry', '(,40)', 'kiezbox'),
    ('humidity', 'hour_mean', 'medium', '[40,70]', 'kiezbox'),
    ('humidity', 'hour_mean', 'humid', '(70,)', 'kiezbox')
) AS class (quantity, statistic, class, span, source)
WHERE quantity IN (SELECT name FROM quantity)
ON CONFLICT DO NOTHING;
