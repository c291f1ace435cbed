-- Boxes of a district that are on battery: several at once are no broken plug.
SELECT coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') AS district, count(*) FILTER (WHERE box.mains IS FALSE)::float8 AS boxes
FROM box_state AS box
WHERE box.heard_at > now() - INTERVAL '1 day'
GROUP BY box.district
