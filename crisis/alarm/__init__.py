"""Alarms: what is open, who is told of it, by what, and who has seen it (docs/adr/0030-alarms.md)."""
