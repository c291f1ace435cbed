"""The event log on local disk: append, read, follow, and recover from damage."""
