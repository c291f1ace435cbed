-- $1 $2 a position in the feed: tx text, id bigint
-- Whether the feed still has the row at this position, and the commit time of its oldest row.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon, now() AS now,
       EXISTS (SELECT FROM feed WHERE tx = $1::text::xid8 AND id = $2::bigint) AS kept,
       (SELECT min(committed_at) FROM feed) AS oldest
