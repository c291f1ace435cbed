-- $1 id bigint[]: the rejects of messages that are stored now. Returns the ids that were still there.
DELETE FROM reject WHERE id = ANY ($1::bigint[]) RETURNING id
