-- The catalogue. Operators may add rows; a running ingest reads them within a minute.
CREATE TABLE quantity (
    name          text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    unit          text NOT NULL,             -- UCUM
    low           float8 NOT NULL,           -- physical limits, in the unit: outside them a value is rejected
    high          float8 NOT NULL CHECK (high > low),
    standard_name text,                      -- CF conventions, where they have one
    label_de      text NOT NULL,
    label_en      text NOT NULL,
    bad           float8[] NOT NULL DEFAULT '{}',  -- a broken sensor speaking: rejected
    suspect       float8[] NOT NULL DEFAULT '{}'   -- most often a start-up value: stored with a flag, also outside the limits
);
INSERT INTO quantity (name, unit, low, high, standard_name, label_de, label_en, bad, suspect) VALUES
    ('temperature_outside', 'Cel', -60, 70, 'air_temperature', 'Außentemperatur', 'Outdoor temperature', '{-127.0}', '{85.0}'),
    ('temperature_inside', 'Cel', -60, 120, NULL, 'Innentemperatur', 'Temperature inside the box', '{}', '{}'),
    ('humidity_inside', '%', 0, 100, NULL, 'Luftfeuchte innen', 'Humidity inside the box', '{}', '{}'),
    ('temperature_clock', 'Cel', -60, 120, NULL, 'Temperatur der Uhr', 'Temperature of the clock', '{}', '{}'),
    ('solar_voltage', 'V', 0, 200, NULL, 'Solarspannung', 'Solar voltage', '{}', '{}'),
    ('solar_power', 'W', 0, 5000, NULL, 'Solarleistung', 'Solar power', '{}', '{}'),
    ('solar_energy_today', 'kW.h', 0, 100, NULL, 'Solarertrag heute', 'Solar energy today', '{}', '{}'),
    ('solar_energy_total', 'kW.h', 0, 1000000, NULL, 'Solarertrag gesamt', 'Solar energy in total', '{}', '{}'),
    ('battery_voltage', 'V', 0, 80, NULL, 'Batteriespannung', 'Battery voltage', '{}', '{}'),
    ('battery_current', 'A', -500, 500, NULL, 'Ladestrom', 'Charging current', '{}', '{}'),
    ('temperature', 'Cel', -60, 70, 'air_temperature', 'Temperatur', 'Temperature', '{}', '{}'),
    ('humidity', '%', 0, 100, 'relative_humidity', 'Luftfeuchte', 'Humidity', '{}', '{}'),
    ('pressure', 'hPa', 300, 1100, 'air_pressure', 'Luftdruck', 'Air pressure', '{}', '{}'),
    ('gas_resistance', 'kOhm', 0, 100000, NULL, 'Gaswiderstand', 'Gas resistance', '{}', '{}'),
    ('pm2_5', 'ug/m3', 0, 2000, 'mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air', 'Feinstaub PM2,5', 'PM2.5', '{}', '{}'),
    ('pm10', 'ug/m3', 0, 2000, 'mass_concentration_of_pm10_ambient_aerosol_particles_in_air', 'Feinstaub PM10', 'PM10', '{}', '{}'),
    ('noise', 'dB[A]', 0, 160, NULL, 'Lärm', 'Noise', '{}', '{}'),
    ('water_level', 'cm', 0, 2000, NULL, 'Wasserstand', 'Water level', '{}', '{}'),
    ('wifi_clients', '1', 0, 10000, NULL, 'WLAN-Geräte', 'Wi-Fi clients', '{}', '{}');
