"""Mains power comes into the log: from boxes' statuses at the hub, and from a box's own supply at the box."""
