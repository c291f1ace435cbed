-- $1 ids bigint[] or null, $2 reasons text[] or null, $3 box text or null ('-': could not be read), $4 since timestamptz or null,
-- $5 after_id bigint (exclusive), $6 until_id bigint (inclusive), $7 limit int
-- The next chosen rows, and with them every other row of the same messages: a message is retried as a whole.
WITH chosen AS MATERIALIZED (
    SELECT id, received_at, topic, payload
    FROM reject
    WHERE ($1::bigint[] IS NULL OR id = ANY ($1)) AND ($2::text[] IS NULL OR reason = ANY ($2))
      AND ($3::text IS NULL OR coalesce(box, '-') = $3) AND ($4::timestamptz IS NULL OR received_at >= $4)
      AND id > $5::bigint AND id <= $6::bigint
    ORDER BY id
    LIMIT $7::int
)
SELECT r.id, r.received_at, r.box, r.topic, r.payload, r.reason, r.readings, (SELECT max(id) FROM chosen) AS through
FROM reject AS r
JOIN (SELECT DISTINCT received_at, topic, payload FROM chosen) AS message USING (received_at, topic, payload)
ORDER BY r.id
