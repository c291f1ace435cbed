-- The boxes that everybody may see
SELECT id FROM public_box ORDER BY id
