"""Telemetry in, rows out: a message is acknowledged only after its rows are committed."""
