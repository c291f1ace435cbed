-- Each parameter is the column of its name (schema.sql).
INSERT INTO held (id, reason, sender, received_at, event)
VALUES (:id, :reason, :sender, :received_at, :event)
ON CONFLICT (id) DO UPDATE
SET (reason, sender, received_at, event) = (excluded.reason, excluded.sender, excluded.received_at, excluded.event)
