-- $1 format text, $2 topic text, $3 payload bytea, $4 heard_at timestamptz, $5 rows at most, $6 bytes at most
INSERT INTO input_declaration AS d (format, topic, payload, heard_at)
SELECT $1, $2, $3::bytea, $4
FROM (
    SELECT count(*) AS rows, coalesce(sum(length(payload)), 0) AS bytes
    FROM input_declaration
    WHERE NOT (format = $1 AND topic = $2)
) AS others
WHERE others.rows < $5::int AND others.bytes + length($3::bytea) <= $6::int
ON CONFLICT (format, topic) DO UPDATE SET (payload, heard_at) = (excluded.payload, excluded.heard_at)
WHERE d.payload IS DISTINCT FROM excluded.payload
