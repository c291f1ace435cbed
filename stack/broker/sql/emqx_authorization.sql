-- ${username} is EMQX's. The place below takes the table of rights (stack/broker/emqx.py): kind, in_district boolean (null:
-- in a district or not), action, topic. What somebody may publish and subscribe to.
SELECT 'allow' AS permission, allowed.action,
    replace(replace(replace(replace(replace(allowed.topic,
        '{box}', coalesce(who.box, '')), '{district}', coalesce(who.district, '')), '{other}', coalesce(other.area, '')),
        '{root}', coalesce(regexp_replace(who.mesh, '/[^/]*$', ''), '')),
        '{gateway}', coalesce(regexp_replace(who.mesh, '^.*/', ''), '')) AS topic
FROM (
    SELECT kind, box, areas, mesh, CASE WHEN box ~ '^[0-9a-f][0-9a-f]-[0-9a-f][0-9a-f]$' THEN 'district-' || left(box, 2) END AS district
    FROM box_credential WHERE username = ${username} AND revoked_at IS NULL
) AS who
JOIN (VALUES
{rows}
) AS allowed (kind, in_district, action, topic) USING (kind)
LEFT JOIN LATERAL (
    SELECT CASE WHEN area ~ '^[0-9a-f][0-9a-f]-[0-9a-f][0-9a-f]$' THEN 'district-' || left(area, 2) ELSE area END AS area
    FROM unnest(who.areas) AS listed (area)
) AS other ON strpos(allowed.topic, '{other}') > 0
WHERE (allowed.in_district IS NULL OR allowed.in_district = (who.district IS NOT NULL))
    AND (other.area IS NOT NULL OR strpos(allowed.topic, '{other}') = 0)
