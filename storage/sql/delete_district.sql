-- $1 the number of a district that has no name any more, $2 null
DELETE FROM district WHERE id = $1 AND $2::text IS NULL
