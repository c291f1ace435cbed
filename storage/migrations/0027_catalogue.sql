-- How a quantity is averaged, and in which resolution it is kept. Rows that operators added keep what they said; what can be
-- told from their units is told.
ALTER TABLE quantity
    ADD COLUMN averaging text NOT NULL DEFAULT 'arithmetic' CHECK (averaging IN ('arithmetic', 'energetic', 'circular', 'none')),
    ADD COLUMN decimals smallint NOT NULL DEFAULT 1 CHECK (decimals BETWEEN 0 AND 6),
    ADD COLUMN is_about_box boolean NOT NULL DEFAULT false;  -- the box itself, not its surroundings: pages show it apart
COMMENT ON COLUMN quantity.averaging IS
    'energetic: levels in decibels; circular: directions in degrees; none: totals that only grow, of which the last value and the growth count';
COMMENT ON COLUMN quantity.decimals IS 'A series is kept and shown with so many; one that turns out finer is given more';

UPDATE quantity SET averaging = 'energetic' WHERE unit LIKE 'dB[%';
UPDATE quantity SET averaging = 'circular' WHERE unit = 'deg' AND name LIKE '%direction%';
UPDATE quantity SET averaging = 'none' WHERE name IN ('solar_energy_today', 'solar_energy_total');
UPDATE quantity SET decimals = 0 WHERE name IN ('water_level', 'wifi_clients') OR greatest(abs(low), abs(high)) * 10 > 2147483647;
UPDATE quantity SET decimals = 2 WHERE name IN ('solar_voltage', 'battery_voltage', 'battery_current', 'temperature_clock', 'gas_resistance');
UPDATE quantity SET decimals = 3 WHERE name IN ('solar_energy_today', 'solar_energy_total');
UPDATE quantity SET is_about_box = true WHERE name IN (
    'battery_voltage', 'battery_current', 'solar_power', 'solar_voltage', 'solar_energy_today', 'solar_energy_total',
    'wifi_clients', 'temperature_inside', 'humidity_inside', 'temperature_clock');
-- The charge of a battery and the strength of a signal are parts of a box's status, not readings.
INSERT INTO quantity (name, unit, low, high, standard_name, label_de, label_en, bad, suspect, averaging, decimals) VALUES
    ('pm1', 'ug/m3', 0, 2000, 'mass_concentration_of_pm1_ambient_aerosol_particles_in_air', 'Feinstaub PM1', 'PM1', '{}', '{}', 'arithmetic', 1),
    ('pm4', 'ug/m3', 0, 2000, NULL, 'Feinstaub PM4', 'PM4', '{}', '{}', 'arithmetic', 1),
    ('co2', '[ppm]', 100, 40000, 'mole_fraction_of_carbon_dioxide_in_air', 'Kohlendioxid (CO₂)', 'Carbon dioxide (CO₂)', '{}', '{}', 'arithmetic', 0),
    ('noise_min', 'dB[A]', 0, 160, NULL, 'Lärm, leisester Wert', 'Noise, lowest level', '{}', '{}', 'energetic', 1),
    ('noise_max', 'dB[A]', 0, 160, NULL, 'Lärm, lautester Wert', 'Noise, highest level', '{}', '{}', 'energetic', 1),
    ('illuminance', 'lx', 0, 200000, NULL, 'Helligkeit', 'Illuminance', '{}', '{}', 'arithmetic', 1),
    ('wind_speed', 'm/s', 0, 120, 'wind_speed', 'Windgeschwindigkeit', 'Wind speed', '{}', '{}', 'arithmetic', 1),
    ('wind_gust', 'm/s', 0, 120, 'wind_speed_of_gust', 'Windböen', 'Wind gusts', '{}', '{}', 'arithmetic', 1),
    ('wind_direction', 'deg', 0, 360, 'wind_from_direction', 'Windrichtung', 'Wind direction', '{}', '{}', 'circular', 0),
    ('rain_1h', 'mm', 0, 500, 'thickness_of_rainfall_amount', 'Regen in der letzten Stunde', 'Rain in the last hour', '{}', '{}', 'arithmetic', 1),
    ('rain_24h', 'mm', 0, 2000, 'thickness_of_rainfall_amount', 'Regen in den letzten 24 Stunden', 'Rain in the last 24 hours', '{}', '{}', 'arithmetic', 1),
    ('soil_moisture', '%', 0, 100, 'volume_fraction_of_condensed_water_in_soil', 'Bodenfeuchte', 'Soil moisture', '{}', '{}', 'arithmetic', 1),
    ('soil_temperature', 'Cel', -60, 100, 'soil_temperature', 'Bodentemperatur', 'Soil temperature', '{-127.0}', '{85.0}', 'arithmetic', 1),
    ('voc_index', '1', 1, 500, NULL, 'VOC-Index', 'VOC index', '{}', '{0.0}', 'arithmetic', 0),
    ('nox_index', '1', 1, 500, NULL, 'NOx-Index', 'NOx index', '{}', '{0.0}', 'arithmetic', 0),
    ('iaq', '1', 0, 500, NULL, 'Luftgüteindex (IAQ)', 'Air quality index (IAQ)', '{}', '{}', 'arithmetic', 0),
    ('radiation', 'uSv/h', 0, 10000, NULL, 'Ortsdosisleistung', 'Ambient dose rate', '{}', '{}', 'arithmetic', 3)
ON CONFLICT (name) DO NOTHING;  -- an operator was first: their row stays
ALTER TABLE quantity ADD CONSTRAINT quantity_fits_integer
    CHECK (decimals = 0 OR greatest(abs(low), abs(high)) * 10::float8 ^ decimals <= 2147483647);

-- Who sets limits and names classes.
CREATE TABLE limit_source (
    name  text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    kind  text NOT NULL CHECK (kind IN ('law', 'guideline', 'definition')),
    title text NOT NULL,
    url   text
);
INSERT INTO limit_source (name, kind, title, url) VALUES
    ('who_2021', 'guideline', 'WHO global air quality guidelines, Geneva 2021, table 0.1', 'https://www.who.int/publications/i/item/9789240034228'),
    ('eu_2008_50', 'law', 'Directive 2008/50/EC, annexes XI and XIV', 'https://eur-lex.europa.eu/eli/dir/2008/50/oj'),
    ('eu_2024_2881', 'law', 'Directive (EU) 2024/2881, annex I, section 1', 'https://eur-lex.europa.eu/eli/dir/2024/2881/oj'),
    ('dwd', 'definition', 'Deutscher Wetterdienst, Wetter- und Klimalexikon', 'https://www.dwd.de/DE/service/lexikon/lexikon_node.html'),
    ('kiezbox', 'definition', 'Kiezbox', NULL);

-- What a mean over an averaging time should not exceed: a civil day, or 365 of them.
CREATE TABLE limit_value (
    quantity            text NOT NULL REFERENCES quantity (name) ON DELETE CASCADE,
    source              text NOT NULL REFERENCES limit_source (name),
    averaging_time      text NOT NULL CHECK (averaging_time IN ('day', 'year')),
    threshold           float8 NOT NULL,           -- in the quantity's unit; a mean as high as that keeps it
    allowed_exceedances smallint CHECK (allowed_exceedances >= 0),  -- days of a year above it; null: none is said
    data_capture        float8 NOT NULL CHECK (data_capture > 0 AND data_capture <= 1),  -- share of a year's days that must be valid for a verdict
    valid_from          date NOT NULL,
    valid_until         date CHECK (valid_until >= valid_from),  -- the last day; null: until something else is said
    PRIMARY KEY (quantity, source, averaging_time, valid_from)
);
INSERT INTO limit_value (quantity, source, averaging_time, threshold, allowed_exceedances, data_capture, valid_from, valid_until) VALUES
    ('pm2_5', 'who_2021', 'day', 15, 3, 0.9, '2021-09-22', NULL),
    ('pm2_5', 'who_2021', 'year', 5, NULL, 0.9, '2021-09-22', NULL),
    ('pm10', 'who_2021', 'day', 45, 3, 0.9, '2021-09-22', NULL),
    ('pm10', 'who_2021', 'year', 15, NULL, 0.9, '2021-09-22', NULL),
    ('pm2_5', 'eu_2008_50', 'year', 25, NULL, 0.9, '2015-01-01', '2026-12-11'),
    ('pm10', 'eu_2008_50', 'day', 50, 35, 0.9, '2008-06-11', '2026-12-11'),
    ('pm10', 'eu_2008_50', 'year', 40, NULL, 0.9, '2008-06-11', '2026-12-11'),
    ('pm2_5', 'eu_2024_2881', 'year', 25, NULL, 0.9, '2026-12-12', '2029-12-31'),
    ('pm10', 'eu_2024_2881', 'day', 50, 35, 0.9, '2026-12-12', '2029-12-31'),
    ('pm10', 'eu_2024_2881', 'year', 40, NULL, 0.9, '2026-12-12', '2029-12-31'),
    ('pm2_5', 'eu_2024_2881', 'day', 25, 18, 0.9, '2030-01-01', NULL),
    ('pm2_5', 'eu_2024_2881', 'year', 10, NULL, 0.9, '2030-01-01', NULL),
    ('pm10', 'eu_2024_2881', 'day', 45, 18, 0.9, '2030-01-01', NULL),
    ('pm10', 'eu_2024_2881', 'year', 20, NULL, 0.9, '2030-01-01', NULL);

-- What a value is called. The classes of one statistic of a quantity do not overlap.
CREATE TABLE quantity_class (
    quantity  text NOT NULL REFERENCES quantity (name) ON DELETE CASCADE,
    statistic text NOT NULL CHECK (statistic IN ('newest', 'hour_mean', 'day_mean', 'day_max', 'night_min')),
    class     text NOT NULL CHECK (class ~ '^[a-z][a-z0-9_]{0,62}$'),
    span      numrange NOT NULL CHECK (NOT isempty(span)),  -- in the quantity's unit
    source    text NOT NULL REFERENCES limit_source (name),
    PRIMARY KEY (quantity, statistic, class)
);
INSERT INTO quantity_class (quantity, statistic, class, span, source) VALUES
    ('pm2_5', 'day_mean', 'good', '(,15]', 'who_2021'),
    ('pm2_5', 'day_mean', 'raised', '(15,25]', 'who_2021'),
    ('pm2_5', 'day_mean', 'high', '(25,)', 'eu_2024_2881'),
    ('pm10', 'day_mean', 'good', '(,45]', 'who_2021'),
    ('pm10', 'day_mean', 'raised', '(45,50]', 'who_2021'),
    ('pm10', 'day_mean', 'high', '(50,)', 'eu_2024_2881');
INSERT INTO quantity_class (quantity, statistic, class, span, source)
SELECT quantity, statistic, class, span::numrange, source
FROM (VALUES ('temperature'), ('temperature_outside')) AS air (quantity), (VALUES
    ('newest', 'frost', '(,0)', 'dwd'),
    ('newest', 'mild', '[0,25)', 'dwd'),
    ('newest', 'summer', '[25,30)', 'dwd'),
    ('newest', 'hot', '[30,)', 'dwd'),
    ('hour_mean', 'heat', '(35,)', 'kiezbox'),
    ('day_max', 'hot_day', '[30,)', 'dwd'),
    ('night_min', 'tropical_night', '[20,)', 'dwd')
) AS class (statistic, class, span, source);

-- Positions that mean that there is none: what receivers send without a fix.
CREATE TABLE bad_position (
    latitude       float8 NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude      float8 NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    within_degrees float8 NOT NULL CHECK (within_degrees >= 0),
    PRIMARY KEY (latitude, longitude)
);
INSERT INTO bad_position (latitude, longitude, within_degrees) VALUES (0, 0, 1);

-- The usual sign of a UCUM code; a code that is not here is its own sign (translations/units.py says the same).
CREATE FUNCTION unit_sign(unit text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE unit WHEN 'Cel' THEN '°C' WHEN 'ug/m3' THEN 'µg/m³' WHEN 'kW.h' THEN 'kWh' WHEN 'dB[A]' THEN 'dB(A)'
                 WHEN 'kOhm' THEN 'kΩ' WHEN '1' THEN '' WHEN 'deg' THEN '°' WHEN '[ppm]' THEN 'ppm' WHEN '[ppb]' THEN 'ppb'
                 WHEN 'uSv/h' THEN 'µSv/h' WHEN 'Bq/m3' THEN 'Bq/m³' WHEN 'W/m2' THEN 'W/m²' WHEN '/min' THEN '1/min'
                 ELSE unit END
$$;
COMMENT ON FUNCTION unit_sign IS 'How people write a unit of UCUM: °C for Cel';
