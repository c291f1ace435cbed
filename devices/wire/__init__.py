"""The wire formats: what arrives over MQTT, read. `parsing.parse` reads all of them."""
