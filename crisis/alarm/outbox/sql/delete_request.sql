-- :id blob
DELETE FROM request WHERE id = :id
