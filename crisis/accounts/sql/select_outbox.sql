-- :limit int. The oldest first.
SELECT seq, event, actor, change, account, detail FROM outbox ORDER BY seq LIMIT :limit
