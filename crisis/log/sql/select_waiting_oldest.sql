SELECT number, sender, topic, payload, received_ms FROM waiting WHERE sender = :sender ORDER BY number LIMIT :limit
