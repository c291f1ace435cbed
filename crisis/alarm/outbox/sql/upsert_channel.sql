-- :name text, :failing_chain_ms int or null, :reason text, :sent_ms int or null
INSERT INTO channel (name, failing_chain_ms, reason, sent_ms) VALUES (:name, :failing_chain_ms, :reason, :sent_ms)
ON CONFLICT (name) DO UPDATE SET
    failing_chain_ms = CASE WHEN excluded.failing_chain_ms IS NULL THEN NULL
                            ELSE coalesce(channel.failing_chain_ms, excluded.failing_chain_ms) END,
    reason = excluded.reason, sent_ms = coalesce(excluded.sent_ms, channel.sent_ms)
