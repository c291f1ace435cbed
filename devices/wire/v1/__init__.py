"""Protocol v1: JSON (protocol.md). Strict about what a reading means, forgiving about what merely comes with it."""
