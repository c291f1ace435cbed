SELECT id, request FROM request WHERE answer IS NULL
