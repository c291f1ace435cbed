-- Each parameter is the column of its name (schema.sql). An event whose id is there already stays as it is.
INSERT INTO event (seq, id, node, at, clock_at, actor, kind, body, received_at, via, checksum, serial, signature)
VALUES (:seq, :id, :node, :at, :clock_at, :actor, :kind, :body, :received_at, :via, :checksum, :serial, :signature)
ON CONFLICT (id) DO NOTHING
