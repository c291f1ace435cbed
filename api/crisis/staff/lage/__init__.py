"""The situation at a glance, on a wall screen, a desk or a phone: `/crisis/lage`."""
