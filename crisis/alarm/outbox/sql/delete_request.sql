-- :id blob. Returns the answer, if the node had given one
DELETE FROM request WHERE id = :id RETURNING answer
