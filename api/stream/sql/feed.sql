-- $1 $2 from this position on: tx text, id bigint; $3 $4 before this position: tx text or null, id bigint or null;
-- $5 limit int
-- At least one row. `version` grows with each change of what is public. `horizon` is the first transaction that may still be running. Every row of an earlier transaction is
-- visible now or never will be: so reading them in the order (tx, id) misses none, whichever transaction committed first.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon, now() AS now,
       (SELECT version FROM publication) AS version,
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
