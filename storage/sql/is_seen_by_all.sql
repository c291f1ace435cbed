-- $1 transaction text (next_transaction.sql): whether every transaction that writes and has a lower number has ended
SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8
