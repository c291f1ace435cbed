-- :id blob: of an event
DELETE FROM held WHERE id = :id
