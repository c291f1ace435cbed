-- One row: a box for the examples, the one that was heard last of those that measure a temperature, and the zone of civil days.
SELECT (
    SELECT box.id FROM public_box AS box
    JOIN series ON series.box = box.id AND series.quantity = 'temperature_outside'
    WHERE box.last_seen IS NOT NULL
    ORDER BY box.last_seen DESC LIMIT 1
) AS id, civil_zone.name AS zone
FROM civil_zone
