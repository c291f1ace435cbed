-- :id blob: the log's name, a UUID; :made int: ms since 1970
INSERT INTO log (id, made) VALUES (:id, :made)
