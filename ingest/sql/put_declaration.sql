-- $1 format text, $2 topic text, $3 payload bytea, $4 heard_at timestamptz, $5 rows at most
INSERT INTO input_declaration AS d (format, topic, payload, heard_at)
SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM input_declaration) < $5::int
    OR EXISTS (SELECT FROM input_declaration WHERE format = $1 AND topic = $2)
ON CONFLICT (format, topic) DO UPDATE SET (payload, heard_at) = (excluded.payload, excluded.heard_at)
WHERE d.payload IS DISTINCT FROM excluded.payload
