-- $1 name text: a backup that nobody makes any more
DELETE FROM backup WHERE name = $1 RETURNING name
