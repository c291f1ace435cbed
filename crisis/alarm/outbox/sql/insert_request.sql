-- :id blob, :request text
INSERT INTO request (id, request) VALUES (:id, :request)
