-- :seq int: of an entry that is in the log
DELETE FROM outbox WHERE seq = :seq
