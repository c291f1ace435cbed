-- $1 ids bigint[]: their messages are stored now
DELETE FROM reject WHERE id = ANY ($1::bigint[]) RETURNING id
