-- $1 limit int (rows). Their readings are seen by every statement after this one: they came in the same transactions.
DELETE FROM late_hour WHERE ctid = ANY (ARRAY(SELECT ctid FROM late_hour LIMIT $1::int)) RETURNING series, bucket
