-- $1 id text: district and number are the halves of numbered hardware's id, two hexadecimal digits each
INSERT INTO box (id, district, number)
SELECT id, CASE WHEN is_numbered THEN ('x' || left(id, 2))::bit(8)::int END, CASE WHEN is_numbered THEN ('x' || right(id, 2))::bit(8)::int END
FROM (SELECT $1::text AS id, $1::text ~ '^[0-9a-f]{2}-[0-9a-f]{2}$' AS is_numbered) AS given
ON CONFLICT DO NOTHING
