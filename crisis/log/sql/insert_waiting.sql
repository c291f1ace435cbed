INSERT INTO waiting (sender, topic, payload, received_ms) VALUES (?, ?, ?, ?)
