"""What every Kiezbox process shares: settings, logging, metrics, errors, and the doors to MQTT and the database."""
