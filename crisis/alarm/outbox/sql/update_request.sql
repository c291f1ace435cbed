-- :id blob, :answer text
UPDATE request SET answer = :answer WHERE id = :id
