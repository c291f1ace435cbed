-- No parameters. Every public box in service, with the place that everybody may know.
SELECT box.id, box.district, box.name, box.latitude, box.longitude, box.is_moving, box.place_is_exact
FROM public_box AS box
WHERE box.retired_at IS NULL
ORDER BY box.id
