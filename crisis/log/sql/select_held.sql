-- Everything that is held back, the oldest first. No parameters.
SELECT id, reason, sender, received_at, event FROM held ORDER BY received_at, id
