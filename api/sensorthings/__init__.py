"""OGC SensorThings API 1.1, part 1 (18-088), the read side: boxes and readings as Things and Observations."""
