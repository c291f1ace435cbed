-- :id blob: of an event. Its place in the log.
SELECT seq FROM event WHERE id = :id
