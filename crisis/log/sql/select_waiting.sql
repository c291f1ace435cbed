SELECT number, sender, topic, payload, received_ms FROM waiting WHERE number = :number
