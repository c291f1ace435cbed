-- $1 $2 from this place on: tx text, id bigint; $3 $4 ahead of this place: tx text or null, id bigint or null; $5 limit int
-- One row at least: `horizon` is the first transaction that may still be running. Rows of transactions before it are all
-- visible or never will be, so reading them in the order (tx, id) skips none, whichever committed first.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon, now() AS now,
       fed.tx::text::bigint AS tx, fed.id, fed.committed_at, fed.readings
FROM (SELECT) AS always
LEFT JOIN LATERAL (
    SELECT * FROM feed
    WHERE (feed.tx, feed.id) >= ($1::text::xid8, $2::bigint)
      AND feed.tx < pg_snapshot_xmin(pg_current_snapshot())
      AND ($3::text IS NULL OR (feed.tx, feed.id) < ($3::text::xid8, $4::bigint))
    ORDER BY feed.tx, feed.id
    LIMIT $5
) AS fed ON true
