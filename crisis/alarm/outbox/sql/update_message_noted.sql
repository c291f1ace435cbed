-- :id blob
UPDATE message SET is_noted = 1 WHERE id = :id
