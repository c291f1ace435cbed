-- The boxes that have deferred messages: one look-up in the index for each, however many messages they have.
WITH RECURSIVE waiting AS (
    (SELECT box FROM deferred WHERE due_at IS NULL ORDER BY box LIMIT 1)
    UNION ALL
    SELECT (SELECT d.box FROM deferred AS d WHERE d.due_at IS NULL AND d.box > waiting.box ORDER BY d.box LIMIT 1)
    FROM waiting WHERE waiting.box IS NOT NULL
)
SELECT box FROM waiting WHERE box IS NOT NULL
