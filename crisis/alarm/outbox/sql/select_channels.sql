SELECT name, failing_chain_ms, reason, sent_ms FROM channel ORDER BY name
