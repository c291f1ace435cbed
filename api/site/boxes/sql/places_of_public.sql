-- No parameters. Boxes in service that have a place, as exactly as everybody may know it.
SELECT id, latitude, longitude FROM public_box WHERE retired_at IS NULL AND latitude IS NOT NULL AND longitude IS NOT NULL ORDER BY id
