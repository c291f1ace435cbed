-- How many of its own rhythms a box has been silent; only boxes that were heard of in the last 30 days.
SELECT box.id AS box, coalesce(lpad(to_hex(box.district::int), 2, '0'), '-') AS district,
       CASE WHEN box.state = 'unreachable'
            THEN greatest(3.1, extract(epoch FROM now() - box.heard_at) / box.rhythm_s)
            ELSE extract(epoch FROM now() - box.heard_at) / box.rhythm_s END::float8 AS rhythms
FROM box_state AS box
WHERE box.heard_at > now() - INTERVAL '30 days'
