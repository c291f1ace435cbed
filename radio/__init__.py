"""The Meshtastic node at a box's serial port: one process owns the port, others on the machine talk to it (ADR 31)."""
