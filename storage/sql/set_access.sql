-- $1 closed boolean, $2 closed_by text
UPDATE broker_access SET closed_at = CASE WHEN $1 THEN now() END, closed_by = CASE WHEN $1 THEN $2 END
