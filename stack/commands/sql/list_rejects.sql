-- $1 ids bigint[] or null, $2 reasons text[] or null, $3 box text or null ('-': none could be read), $4 since timestamptz or
-- null, $5 before this id bigint or null, $6 limit int
-- The newest first; `more` is how many of them follow.
SELECT id, received_at, box, topic, reason, detail, readings, octet_length(payload) AS bytes,
       greatest(count(*) OVER () - $6::int, 0) AS more
FROM reject
WHERE ($1::bigint[] IS NULL OR id = ANY ($1)) AND ($2::text[] IS NULL OR reason = ANY ($2))
  AND ($3::text IS NULL OR coalesce(box, '-') = $3) AND ($4::timestamptz IS NULL OR received_at >= $4)
  AND ($5::bigint IS NULL OR id < $5)
ORDER BY id DESC
LIMIT $6
