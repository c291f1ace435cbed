-- :id blob: the log's new name, a UUID
UPDATE log SET id = :id
