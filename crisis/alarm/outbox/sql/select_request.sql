-- :id blob
SELECT answer FROM request WHERE id = :id
