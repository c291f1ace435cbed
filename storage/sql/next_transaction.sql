-- No parameters: every transaction that writes and began before now has a lower number than this
SELECT pg_snapshot_xmax(pg_current_snapshot())::text
