-- $1 $2 a place in the feed: tx text, id bigint
-- Whether the feed still holds the row there, and since when it holds anything.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon, now() AS now,
       EXISTS (SELECT FROM feed WHERE tx = $1::text::xid8 AND id = $2::bigint) AS kept,
       (SELECT min(committed_at) FROM feed) AS oldest
