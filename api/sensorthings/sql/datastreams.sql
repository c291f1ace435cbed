-- A Datastream is a series: one quantity as one part of one box measures it.
SELECT series.id AS key, series.id AS series, series.box, series.source, series.quantity,
       concat(quantity.label_en, ', ', coalesce(box.name, box.id), ', ', series.source) AS name,
       concat(quantity.label_en, ' as ', series.source, ' of box ', series.box, ' measures it') AS description,
       quantity.unit, coalesce(sign.name, quantity.unit) AS unit_name, coalesce(sign.symbol, quantity.unit) AS unit_symbol,
       concat('urn:ogc:def:uom:UCUM::', quantity.unit) AS unit_definition,
       latest.measured_at AS until
FROM series
JOIN quantity ON quantity.name = series.quantity
JOIN public_box AS box ON box.id = series.box
LEFT JOIN latest ON latest.series = series.id
LEFT JOIN (VALUES
    ('Cel', 'degree Celsius', '°C'), ('%', 'percent', '%'), ('V', 'volt', 'V'), ('A', 'ampere', 'A'), ('W', 'watt', 'W'),
    ('kW.h', 'kilowatt hour', 'kWh'), ('hPa', 'hectopascal', 'hPa'), ('kOhm', 'kiloohm', 'kΩ'),
    ('ug/m3', 'microgram per cubic metre', 'µg/m³'), ('dB[A]', 'decibel, A-weighted', 'dB(A)'), ('cm', 'centimetre', 'cm'),
    ('1', 'one', '1'), ('deg', 'degree', '°'), ('[ppm]', 'part per million', 'ppm'), ('lx', 'lux', 'lx'),
    ('m/s', 'metre per second', 'm/s'), ('mm', 'millimetre', 'mm'), ('uSv/h', 'microsievert per hour', 'µSv/h')
) AS sign (unit, name, symbol) ON sign.unit = quantity.unit
