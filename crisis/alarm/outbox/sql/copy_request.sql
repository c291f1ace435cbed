-- :id blob, :request text: one that a command left in the file while the node worked in memory
INSERT INTO request (id, request) VALUES (:id, :request) ON CONFLICT DO NOTHING
