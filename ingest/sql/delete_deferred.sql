-- $1 id bigint[]: in the transaction that stores these messages. Returns the ids that were still there.
DELETE FROM deferred WHERE id = ANY($1::bigint[]) RETURNING id
