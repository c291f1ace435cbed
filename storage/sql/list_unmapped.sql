-- $1 format text or NULL, $2 box text or NULL
SELECT format, input_name.box, source, input_name.name, unit, value, count, first_at, last_at,
       box.registered_at IS NOT NULL AND box.retired_at IS NULL AS is_registered
FROM input_name LEFT JOIN box ON box.id = input_name.box
WHERE ($1::text IS NULL OR format = $1) AND ($2::text IS NULL OR input_name.box = $2)
ORDER BY last_at DESC, format, input_name.box, source, input_name.name, unit
